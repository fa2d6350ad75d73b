/**
 * The conversation on the screen: draws a room's rows and owns the scrolling,
 * so that what one reads never moves: it stays at the bottom only if it was
 * there, and older messages come in above without a jump.
 */

import { Component, createRef } from "preact";
import type { RoomModel } from "../model/room_model.ts";
import { exactTime } from "../model/times.ts";
import { words } from "../../words/chat_catalogue.ts";
import { Words } from "./sentence.tsx";
import { Guarded } from "./guarded.tsx";
import { TimelineNote } from "./timeline_notes.tsx";
import { Line, type LineActions, PlainLine } from "./message_row.tsx";
import { lineKey } from "./message_keys.ts";

interface Props {
  readonly room: RoomModel;
  readonly me: string | undefined;
  readonly now: number;
  /** Whether the page is looked at. */
  readonly looking: boolean;
  /** Whether it is known that nothing can be loaded now. */
  readonly cut: boolean;
  readonly actions: LineActions;
  readonly empty: preact.ComponentChildren;
}

/** What was where before drawing. */
interface Before {
  readonly row: HTMLElement | undefined;
  readonly top: number;
}

/** From the bottom, what still counts as being there. */
const NEAR = 32;
/** From an edge, when to fetch what is beyond it: before one gets there. */
const AHEAD = 900;

/** One room's messages. */
export class Timeline extends Component<Props, { down: boolean }> {
  readonly #scroller = createRef<HTMLDivElement>();
  #resizes: ResizeObserver | undefined;
  #atBottom = true;
  /** Until a room's first messages are all there, it is placed anew. */
  #opening = true;

  override state = { down: false };

  override componentDidMount(): void {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    this.#resizes = new ResizeObserver(() => {
      if (this.#atBottom) this.#follow();
    });
    this.#resizes.observe(scroller);
    this.#settle();
  }

  override componentWillUnmount(): void {
    this.#resizes?.disconnect();
  }

  override getSnapshotBeforeUpdate(): Before {
    const scroller = this.#scroller.current;
    const edge = scroller?.getBoundingClientRect().top ?? 0;
    if (!this.#atBottom) {
      // Messages only: a day's heading goes where an older message is the first
      // of that day, and nothing would hold what one reads in place.
      for (
        const row of scroller?.querySelectorAll<HTMLElement>("[data-key]") ?? []
      ) {
        const { top, bottom } = row.getBoundingClientRect();
        if (bottom > edge) return { row, top };
      }
    }
    return { row: undefined, top: 0 };
  }

  override componentDidUpdate(
    { room }: Props,
    _state: unknown,
    { row, top }: Before,
  ): void {
    if (room !== this.props.room) {
      this.#opening = true;
    } else if (this.#atBottom && room.window.follows) {
      this.#follow();
    } else if (row?.isConnected) {
      const scroller = this.#scroller.current;
      const moved = row.getBoundingClientRect().top - top;
      if (scroller !== null && moved !== 0) scroller.scrollTop += moved;
    }
    this.#settle();
  }

  render(
    { room, me, now, cut, actions, empty }: Props,
    { down }: { down: boolean },
  ) {
    const rows = room.rows();
    const { unread } = room;
    return (
      <div class="timeline">
        <div
          class="scroller"
          ref={this.#scroller}
          role="region"
          aria-label={words.messagesIn(room.name)}
          tabIndex={0}
          onScroll={() => this.#scrolled()}
          onWheel={() => this.#opening = false}
          onTouchMove={() => this.#opening = false}
          onPointerOver={explainTime}
          onKeyDown={(event) =>
            lineKey(event, rows, actions, room.rules.moderates)}
        >
          <p class="edge" aria-live="off">
            {room.window.loading === "older" && words.loadingOlder}
            {room.window.loading === "failed" && (
              <>
                {words.olderFailed}{" "}
                <button type="button" onClick={() => room.window.older()}>
                  {words.tryAgain}
                </button>
              </>
            )}
          </p>
          {room.empty ? empty : (
            <ol>
              {cut && !room.known && (
                <li class="note">
                  <Words sentence={words.messagesOnceConnected(room.name)} />
                </li>
              )}
              {rows.map((row) =>
                row.kind === "line"
                  ? (
                    <Guarded key={row.key} instead={<PlainLine row={row} />}>
                      <Line
                        row={row}
                        me={me}
                        longer={room.longerNames}
                        moderates={room.rules.moderates}
                        actions={actions}
                      />
                    </Guarded>
                  )
                  : (
                    <Guarded key={row.key} instead={<li class="note" />}>
                      <TimelineNote row={row} now={now} room={room.name} />
                    </Guarded>
                  )
              )}
            </ol>
          )}
        </div>
        {down && (
          <button
            type="button"
            class="down"
            onClick={() => this.#down()}
          >
            ↓ {unread > 0 ? words.newMessages(unread) : words.newestMessages}
          </button>
        )}
      </div>
    );
  }

  /** To the newest message, wherever one is. */
  #down(): void {
    this.#opening = false;
    this.props.room.follow();
  }

  #toBottom(): void {
    const scroller = this.#scroller.current;
    if (scroller !== null) scroller.scrollTop = scroller.scrollHeight;
  }

  #scrolled(): void {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const left = scrollHeight - scrollTop - clientHeight;
    const { room } = this.props;
    this.#atBottom = room.window.follows && left < NEAR;
    // Until the room has opened, its end is not in view: it is not drawn yet.
    if (this.#opening) return;
    this.#look();
    const isNew = room.live && room.unread > 0;
    const down = !this.#atBottom &&
      (isNew || !room.window.follows || left > clientHeight);
    if (down !== this.state.down) this.setState({ down });
    if (room.window.loading === "failed") return;
    if (scrollTop < AHEAD) room.window.older();
    if (left < AHEAD) room.window.newer();
  }

  /** After drawing: goes where one should be, and tells what is in view. */
  #settle(): void {
    const { room } = this.props;
    const { target } = room.window;
    if (target === "end") {
      room.window.reached();
      if (!this.#opening) this.#toBottom();
    }
    if (this.#opening) {
      this.#open();
      if (room.live) this.#opening = false;
    }
    if (typeof target === "number") this.#show(target);
    this.#scrolled();
  }

  /** Where a room opens: where one left off, else at its end. */
  #open(): void {
    this.#toBottom();
    this.#keepMark();
  }

  /** Goes on with what comes. Who looks elsewhere finds, when back, the place
   * where one left off. */
  #follow(): void {
    const { looking, room } = this.props;
    this.#toBottom();
    if (!looking && room.unread > 0) this.#keepMark();
  }

  /** Scrolls no further than that the line "new messages" is in view. */
  #keepMark(): void {
    const scroller = this.#scroller.current;
    const mark = scroller?.querySelector<HTMLElement>("li.new");
    if (!scroller || !mark) return;
    const top = mark.offsetTop - scroller.clientHeight / 4;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
  }

  /** Brings a message into view and points at it. */
  #show(seq: number): void {
    const line = this.#scroller.current?.querySelector<HTMLElement>(
      `[data-seq="${seq}"]`,
    );
    if (!line) return;
    this.props.room.window.reached();
    this.#opening = false;
    this.#atBottom = false;
    line.scrollIntoView({ block: "center" });
    line.focus({ preventScroll: true });
    line.classList.add("target");
    line.addEventListener("blur", () => line.classList.remove("target"), {
      once: true,
    });
  }

  #look(): void {
    const { room, looking } = this.props;
    room.look({ looking, atBottom: this.#atBottom });
  }
}

/** The exact time, and how long ago, as late as when it is asked for. */
function explainTime({ target }: Event): void {
  if (target instanceof HTMLTimeElement && target.dataset.at !== undefined) {
    target.title = exactTime(Number(target.dataset.at), Date.now());
  }
}
