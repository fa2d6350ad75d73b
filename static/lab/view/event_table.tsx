/**
 * Every event as a row, the newest on top. Draws only the rows in view, and
 * keeps what one reads in place while new ones come in above it.
 */

import { composes } from "../../keys.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { LabClient } from "../lab_client.ts";
import {
  type Direction,
  exportJson,
  type Filter,
  opened,
  preview,
  type Row,
} from "../model/event_log.ts";
import { words } from "../../words/lab_catalogue.ts";
import { slice } from "../model/visible_rows.ts";
import { sizeWords } from "../model/bytes.ts";
import { clockWords } from "../model/lab_words.ts";
import { save } from "./save.ts";

/** Heights in pixels; events.css has the same. */
const ROW = 30;
const OPEN = 180;

const ARROWS: Readonly<Record<Direction, string>> = {
  sent: "→",
  received: "←",
  event: "·",
};

/** The table and what one does with it. */
export function EventTable({ client }: { client: LabClient }) {
  const [filter, setFilter] = useState<Filter>({ text: "", direction: "all" });
  const { log, name } = client;
  const rows = log.filtered(filter);
  const dropped = log.dropped > 0 ? words.dropped(log.dropped) : "";
  const count = words.rows(rows.length, log.rows.length) + dropped;
  return (
    <div class="events">
      <div class="tools">
        <input
          type="search"
          aria-label={words.filterOf(name)}
          placeholder={words.filter}
          value={filter.text}
          onInput={({ currentTarget }) =>
            setFilter({ ...filter, text: currentTarget.value })}
        />
        <select
          aria-label={words.whichOf(name)}
          value={filter.direction}
          onChange={({ currentTarget }) =>
            setFilter({
              ...filter,
              direction: currentTarget.value as Filter["direction"],
            })}
        >
          <option value="all">{words.allRows}</option>
          <option value="sent">{words.sentRows}</option>
          <option value="received">{words.receivedRows}</option>
          <option value="event">{words.eventRows}</option>
        </select>
        <span class="hint count">{count}</span>
        <button
          type="button"
          class="plain"
          onClick={() =>
            save(
              `lab-${name.toLowerCase()}.json`,
              exportJson(rows.toReversed()),
            )}
        >
          {words.export}
        </button>
        <button
          type="button"
          class="plain"
          onClick={() => {
            log.clear();
            setFilter({ ...filter });
          }}
        >
          {words.clear}
        </button>
      </div>
      <Rows rows={rows} name={name} />
    </div>
  );
}

/** The scrolled part. */
function Rows({ rows, name }: { rows: readonly Row[]; name: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400 });
  const [open, setOpen] = useState<number>();
  const [cursor, setCursor] = useState<number>();
  const focusNext = useRef(false);
  const index = rows.findIndex(({ id }) => id === open);
  const part = slice({
    rows: rows.length,
    rowHeight: ROW,
    ...view,
    open: index < 0 ? undefined : { index, height: OPEN },
  });
  // Where the arrow keys are; the first row until they have moved.
  const at = Math.max(0, rows.findIndex(({ id }) => id === cursor));

  const look = () => {
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
    setView((now) =>
      now.top === scrollTop && now.height === clientHeight
        ? now
        : { top: scrollTop, height: clientHeight }
    );
  };
  useEffect(() => {
    const resizes = new ResizeObserver(look);
    resizes.observe(scroller.current!);
    return () => resizes.disconnect();
  }, []);
  const newest = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current!;
    const added = rows.findIndex(({ id }) => id === newest.current);
    if (element.scrollTop > 0 && added > 0) element.scrollTop += added * ROW;
    newest.current = rows[0]?.id;
    look();
  }, [rows[0]?.id]);
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    focusNext.current = false;
    scroller.current?.querySelector<HTMLElement>("[tabindex='0']")?.focus();
  });

  const move = (event: KeyboardEvent) => {
    if (composes(event)) return;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    const row = rows[to ?? -1];
    if (to === undefined || row === undefined) return;
    event.preventDefault();
    const element = scroller.current!;
    const above = to * ROW + (index >= 0 && index < to ? OPEN : 0);
    const under = above + 2 * ROW - element.clientHeight;
    if (element.scrollTop > above) element.scrollTop = above;
    if (element.scrollTop < under) element.scrollTop = under;
    look();
    setCursor(row.id);
    focusNext.current = true;
  };
  return (
    <div class="scroller" ref={scroller} onScroll={look} onKeyDown={move}>
      <table aria-label={words.eventsOf(name)} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">
              <span class="visually-hidden">{words.direction}</span>
            </th>
            <th scope="col" class="size">{words.size}</th>
            <th scope="col">{words.data}</th>
          </tr>
        </thead>
        <tbody>
          {part.above > 0 && <Space height={part.above} />}
          {rows.slice(part.from, part.to).map((row, offset) => (
            <EventRow
              key={row.id}
              row={row}
              index={part.from + offset}
              open={row.id === open}
              current={part.from + offset === at}
              toggle={() => {
                setOpen(row.id === open ? undefined : row.id);
                setCursor(row.id);
              }}
            />
          ))}
          {part.below > 0 && <Space height={part.below} />}
        </tbody>
      </table>
      {rows.length === 0 && <p class="hint nothing">{words.nothingYet}</p>}
    </div>
  );
}

function Space({ height }: { height: number }) {
  return (
    <tr class="space" aria-hidden="true">
      <td colSpan={4} style={{ height: `${height}px` }}></td>
    </tr>
  );
}

function EventRow({ row, index, open, current, toggle }: {
  row: Row;
  index: number;
  open: boolean;
  current: boolean;
  toggle: () => void;
}) {
  const text = preview(row);
  const binary = typeof row.data !== "string";
  return (
    <>
      <tr
        class={`row ${row.direction}`}
        aria-rowindex={index + 2}
        onClick={toggle}
      >
        <td class="time">
          <button
            type="button"
            tabIndex={current ? 0 : -1}
            aria-expanded={open}
            aria-label={`${clockWords(row.at)}, ${
              words.directions[row.direction]
            }, ${row.what}`}
            onClick={(event) => {
              event.stopPropagation();
              toggle();
            }}
          >
            {clockWords(row.at)}
          </button>
        </td>
        <td class="direction">
          <span aria-hidden="true">{ARROWS[row.direction]}</span>
          <span class="visually-hidden">{words.directions[row.direction]}</span>
        </td>
        <td class="size">
          {row.size === undefined ? "" : sizeWords(row.size)}
        </td>
        <td class="data">
          {row.direction === "event" && (
            <b>{words.events[row.what] ?? row.what}</b>
          )}
          {binary && <i>{words.binary}</i>}
          <bdi>{text}</bdi>
        </td>
      </tr>
      {open && (
        <tr class="opened">
          <td colSpan={4}>
            <pre
              tabIndex={0}
              role="region"
              aria-label={words.theData}
            >{opened(row)}</pre>
          </td>
        </tr>
      )}
    </>
  );
}
