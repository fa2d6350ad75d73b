/**
 * Records the messages between a lesson and its example client by running the
 * lesson, so that the page matches the server.
 */

import { monotonicAt } from "../runtime/clock.ts";
import type { Socket } from "../transport/socket.ts";
import { Lessons } from "./classroom.ts";
import type { Lesson } from "./table.ts";

/** One event on the connection. */
export type Step =
  | { readonly by: "client" | "server"; readonly sends: string }
  | { readonly by: "client" | "server"; readonly closes: number };

/** An earlier message of another client, in lessons with a history. */
export const EARLIER = "Is anybody there?";

/**
 * Runs a lesson with its example client.
 *
 * @param lesson A row of the table.
 * @returns All events in order, starting when the connection is open.
 */
export function transcript(lesson: Lesson): Step[] {
  const clock = {
    after: () => () => {},
    monotonic: () => monotonicAt(0),
    soon: () => {},
  };
  const accept = new Lessons({ clock }).accept(lesson.name);
  if (accept === undefined) return [];
  if (lesson.remembers) accept(recorder([])).message(EARLIER);

  const steps: Step[] = [];
  const handler = accept(recorder(steps));
  for (const sends of lesson.says) {
    steps.push({ by: "client", sends });
    handler.message(sends);
    const last = steps.at(-1);
    if (
      last !== undefined && "sends" in last && last.sends === lesson.closesOn
    ) {
      steps.push({ by: "client", closes: 1000 });
    }
  }
  return steps;
}

function recorder(steps: Step[]): Socket {
  return {
    open: true,
    buffered: 0,
    send: (frame) => steps.push({ by: "server", sends: String(frame) }),
    close: (code) => steps.push({ by: "server", closes: code }),
  };
}
