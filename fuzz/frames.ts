/** WebSocket frames as bytes, right and wrong (RFC 6455, 5.2). */

import { concat } from "./bytes.ts";
import type { RandomInputs } from "./random_inputs.ts";
import { GREETING, line } from "./lines.ts";

const encoder = new TextEncoder();
const TEXT = 1;
const CLOSE = 8;

/** How a frame is made. */
export interface FrameOptions {
  readonly first?: number;
  readonly masked?: boolean;
  /** What the head says; the payload's length unless told otherwise. */
  readonly length?: number;
}

/** Builds a frame, valid by default. */
export function frame(
  payload: Uint8Array,
  { first = 0x80 | TEXT, masked = true, length = payload.length }:
    FrameOptions = {},
): Uint8Array {
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = new DataView(new ArrayBuffer(2 + extended + (masked ? 4 : 0)));
  head.setUint8(0, first);
  const size = extended === 0 ? length : extended === 2 ? 126 : 127;
  head.setUint8(1, (masked ? 0x80 : 0) | size);
  if (extended === 2) head.setUint16(2, length);
  if (extended === 8) head.setBigUint64(2, BigInt(length));
  // The mask is all zeros, which is as good as any.
  return concat(new Uint8Array(head.buffer), payload);
}

/** The frame that ends a conversation. */
export const GOODBYE = frame(new Uint8Array([3, 232]), {
  first: 0x80 | CLOSE,
});

/** The frame that begins most conversations. */
export const HELLO = frame(encoder.encode(GREETING));

/** A frame that says something. */
export function sayingFrame(random: RandomInputs): Uint8Array {
  return frame(encoder.encode(line(random)));
}

/** A frame that breaks a rule, or looks like one that does. */
export function brokenFrame(random: RandomInputs): Uint8Array {
  const text = encoder.encode(line(random));
  const whole = frame(text);
  return random.pick([
    () => frame(text, { first: random.below(256) }),
    () => frame(text, { masked: false }),
    () => frame(random.bytes(200)),
    () =>
      frame(random.bytes(200), { first: 0x80 | random.pick([2, 8, 9, 10]) }),
    () => frame(text, { first: TEXT }),
    () => frame(text, { length: text.length + 1 + random.below(100_000) }),
    () => frame(text, { length: 2 ** (20 + random.below(33)) }),
    () => whole.slice(0, random.below(whole.length)),
    () => random.bytes(64),
  ])();
}
