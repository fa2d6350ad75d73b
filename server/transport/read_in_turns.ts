/**
 * Feeds a `npm:ws` socket its data in small copies, a few per turn of the event
 * loop. Otherwise one packet with ten thousand empty frames would block the
 * event loop, and each fragment of an incomplete message would retain its 64
 * KiB packet.
 */

import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";

/** Bytes per copy: the most that a one-byte fragment retains. */
const PIECE = 1024;
/** Time per socket and turn in milliseconds. A typical packet takes less; one
 * piece of 170 empty frames that are each answered may double it. */
const TURN_MS = 2;

/**
 * Changes how a socket reads. Call before it reads anything.
 *
 * @param isBusy Whether earlier messages wait for a turn of the event loop:
 * then reading pauses until the next one.
 * @param ws The socket. Its parser is a private field of `ws`: if a later
 * version renames it, no socket opens.
 */
export function readInTurns(ws: WebSocket, isBusy: () => boolean): void {
  const { _receiver: parser } = ws as unknown as { _receiver: Writable };
  const write = parser.write.bind(parser) as (piece: Buffer) => boolean;

  /** Parses the rest of a packet. */
  const feed = (packet: Buffer): boolean => {
    const began = performance.now();
    for (let at = 0; at < packet.length; at += PIECE) {
      // A close or an error ends the parser.
      if (!parser.writable) return true;
      if (isBusy() || performance.now() - began >= TURN_MS) {
        setImmediate(() => {
          if (feed(packet.subarray(at))) ws.resume();
        });
        return false;
      }
      write(copyOf(packet.subarray(at, at + PIECE)));
    }
    return true;
  };

  // False makes `ws` pause the connection until this packet is done.
  parser.write = (packet: Buffer) =>
    packet.length <= PIECE && !isBusy() ? write(packet) : feed(packet);
}

/** Copies outside the buffer pool, which would be retained as a whole. */
function copyOf(piece: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}
