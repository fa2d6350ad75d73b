/** `readyState` as a diagram: four states, the ways between them, and those
 * that this connection took. */

import { durationWords } from "../model/bytes.ts";
import {
  type Connection,
  READY_STATES,
  type ReadyState,
  stateOf,
} from "../model/connection_state.ts";
import { words } from "../../words/lab_catalogue.ts";
import { pathWords } from "../model/lab_words.ts";

const WIDTH = 100;
const HEIGHT = 28;
const TOP = 40;
/** From the middle of a node to that of the next. */
const STEP = 124;
const FIRST = 54;

const middle = (state: ReadyState) =>
  FIRST + STEP * READY_STATES.indexOf(state);

/** Every way there is; those that leave out a state go over it. */
const WAYS: readonly (readonly [from: ReadyState, to: ReadyState])[] = [
  ["CONNECTING", "OPEN"],
  ["OPEN", "CLOSING"],
  ["CLOSING", "CLOSED"],
  ["CONNECTING", "CLOSING"],
  ["OPEN", "CLOSED"],
  ["CONNECTING", "CLOSED"],
];

function line(from: ReadyState, to: ReadyState): string {
  const span = READY_STATES.indexOf(to) - READY_STATES.indexOf(from);
  if (span === 1) {
    const y = TOP + HEIGHT / 2;
    return `M${middle(from) + WIDTH / 2} ${y}H${middle(to) - WIDTH / 2 - 2}`;
  }
  const start = middle(from) + (span === 3 ? 0 : 20);
  const end = middle(to) - (span === 3 ? 0 : 20);
  const over = TOP - (span === 3 ? 44 : 26);
  return `M${start} ${TOP}C${start + 24} ${over} ${end - 24} ${over} ${end} ${
    TOP - 2
  }`;
}

/** The diagram of one connection. */
export function Diagram({ connection }: { connection: Connection }) {
  const { path } = connection;
  const now = stateOf(connection);
  const took = (from: ReadyState, to: ReadyState) =>
    path.some(({ state }, index) =>
      state === from && path[index + 1]?.state === to
    );
  // What was taken is drawn last, over the rest.
  const ways = WAYS.toSorted((a, b) => Number(took(...a)) - Number(took(...b)));
  return (
    <svg
      class="diagram"
      viewBox="0 0 480 88"
      role="img"
      aria-label={pathWords(connection)}
    >
      {ways.map(([from, to]) => (
        <g
          key={`${from}-${to}`}
          class={took(from, to) ? "way taken" : "way"}
          data-way={`${from}-${to}`}
        >
          <path d={line(from, to)} />
          <Arrow from={from} to={to} />
        </g>
      ))}
      {READY_STATES.map((state, value) => {
        const step = path.find((step) => step.state === state);
        const look = state === now ? "now" : step ? "been" : "";
        return (
          <g key={state} class={`node ${look}`} data-node={state}>
            <rect
              x={middle(state) - WIDTH / 2}
              y={TOP}
              width={WIDTH}
              height={HEIGHT}
              rx="6"
            />
            <text x={middle(state)} y={TOP + 18}>{value} {state}</text>
            <text class="when" x={middle(state)} y={TOP + 42}>
              {step === undefined
                ? ""
                : step === path[0]
                ? state === now ? words.now : words.start
                : afterWords(step.at - path[0]!.at, state === now)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function afterWords(ms: number, isNow: boolean): string {
  const time = durationWords(ms);
  return isNow ? words.nowAfter(time) : `+${time}`;
}

/** The head of a way: from the left into the side, else from above. */
function Arrow({ from, to }: { from: ReadyState; to: ReadyState }) {
  const span = READY_STATES.indexOf(to) - READY_STATES.indexOf(from);
  if (span === 1) {
    const [x, y] = [middle(to) - WIDTH / 2, TOP + HEIGHT / 2];
    return (
      <path
        class="head"
        d={`M${x - 7} ${y - 4}L${x - 1} ${y}L${x - 7} ${y + 4}`}
      />
    );
  }
  const x = middle(to) - (span === 3 ? 0 : 20);
  return (
    <path
      class="head"
      d={`M${x - 7} ${TOP - 5}L${x} ${TOP - 1}L${x + 2} ${TOP - 9}`}
    />
  );
}
