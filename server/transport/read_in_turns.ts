/**
 * Feeds a socket of `npm:ws` what came for it in small copies, a few a turn of
 * the event loop. Else all frames of a packet are handled in one turn, ten
 * thousand of empty ones, while everybody else waits; and each fragment of a
 * message that is not whole yet keeps the packet of 64 KiB it came in.
 */

import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";

/** Bytes of a copy: the most that a fragment of one byte keeps. */
const PIECE = 1024;
/** How long one socket may have the event loop, milliseconds. A packet of what
 * people and programs say takes less; a piece of empty frames, 170 of them that
 * are each answered, may take as long again. */
const TURN_MS = 2;

/**
 * Changes how a socket is read; to be called before it reads anything.
 *
 * @param isBusy Whether what was read before waits for a turn of the event
 * loop: then nothing more is read until the next one.
 * @param ws The socket. Its parser is a stream of Node's, but `ws` keeps it to
 * itself: under another name in a later version no socket would open.
 */
export function readInTurns(ws: WebSocket, isBusy: () => boolean): void {
  const { _receiver: parser } = ws as unknown as { _receiver: Writable };
  const write = parser.write.bind(parser) as (piece: Buffer) => boolean;

  /** Parses the rest of a packet. */
  const feed = (packet: Buffer): boolean => {
    const began = performance.now();
    for (let at = 0; at < packet.length; at += PIECE) {
      // A close or a fault in what came before is the end of it.
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

  // False makes `ws` pause the connection, so that no packet comes before
  // this one's end.
  parser.write = (packet: Buffer) =>
    packet.length <= PIECE && !isBusy() ? write(packet) : feed(packet);
}

/** Not of the pool, which would be kept as a whole. */
function copyOf(piece: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}
