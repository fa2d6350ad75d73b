/**
 * Feeds `npm:ws` sockets their data in small copies, a few per turn of the event
 * loop, round robin over addresses and sockets. Otherwise packets with ten
 * thousand empty frames each would block the event loop, and each fragment of an
 * incomplete message would retain its 64 KiB packet.
 */

import { Buffer } from "node:buffer";
import type { Writable } from "node:stream";
// @ts-types="@types/ws"
import type { WebSocket } from "ws";
import type { Party } from "../runtime/fair_queue.ts";
import type { TurnShare } from "../runtime/turn_share.ts";

/** Bytes per copy: the most that a one-byte fragment retains. */
const PIECE = 1024;

/** What {@linkcode readInTurns} needs. */
export interface ReadInTurnsOptions {
  /** Returns whether earlier messages wait for a turn of the event loop: then
   * reading pauses until the next one. */
  readonly isBusy: () => boolean;
  /** The time of each turn, shared by all sockets. */
  readonly turns: Pick<TurnShare, "isOver" | "later">;
  /** The address and connection of the socket. */
  readonly party: Party;
}

/**
 * Changes how a socket reads. Call before it reads anything.
 *
 * @param ws The socket. Its parser is a private field of `ws`: if a later
 * version renames it, no socket opens.
 * @param options When it reads.
 */
export function readInTurns(
  ws: WebSocket,
  { isBusy, turns, party }: ReadInTurnsOptions,
): void {
  const { _receiver: parser } = ws as unknown as { _receiver: Writable };
  const write = parser.write.bind(parser) as (piece: Buffer) => boolean;

  /** Parses the rest of a packet. */
  const feed = (packet: Buffer): boolean => {
    for (let at = 0, pieces = 0; at < packet.length; at += PIECE, pieces++) {
      // A close or an error ends the parser.
      if (!parser.writable) return true;
      if (isBusy() || turns.isOver(pieces)) {
        turns.later(() => {
          if (feed(packet.subarray(at))) ws.resume();
        }, party);
        return false;
      }
      write(copyOf(packet.subarray(at, at + PIECE)));
    }
    return true;
  };

  // False makes `ws` pause the connection until this packet is done.
  parser.write = (packet: Buffer) =>
    packet.length <= PIECE && !isBusy() && !turns.isOver(0)
      ? write(packet)
      : feed(packet);
}

/** Copies outside the buffer pool, which would be retained as a whole. */
function copyOf(piece: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}
