/**
 * What passes between a lesson and its example client, found out by letting
 * the lesson run: the page cannot tell what the server does not do.
 */

import { monotonicAt } from "../runtime/clock.ts";
import type { Socket } from "../transport/socket.ts";
import { Lessons } from "./classroom.ts";
import type { Lesson } from "./table.ts";

/** One thing that happens on the connection. */
export type Step =
  | { readonly by: "client" | "server"; readonly sends: string }
  | { readonly by: "client" | "server"; readonly closes: number };

/** What somebody else has said before, in lessons that remember. */
export const EARLIER = "Is anybody there?";

/**
 * Lets a lesson talk with its example client.
 *
 * @param lesson A row of the table.
 * @returns All that happens from the moment the connection is open, in order.
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
