/** One message: who, when, what, how far it has got, what can be done. */

import { Component } from "preact";
import { hue } from "../model/person_colors.ts";
import type { LineRow } from "../model/timeline_rows.ts";
import { gutterTime, timeOfDay } from "../model/times.ts";
import { words } from "../../words/chat_catalogue.ts";
import { isEmoji, removedWords } from "../model/chat_words.ts";
import { Avatar } from "./avatar.tsx";
import { Icon, IconButton } from "./icons.tsx";
import { MessageText } from "./message_text.tsx";
import { Words } from "./sentence.tsx";

/** What can be done with a message. Must stay the same object. */
export interface LineActions {
  copy(row: LineRow): void;
  copyLink(row: LineRow): void;
  retry(row: LineRow): void;
  discard(row: LineRow): void;
  /** Removes it, or does something about its sender. */
  moderate(row: LineRow): void;
}

/** Whether there is anything that one may do about a message. */
export function moderable(
  { phase, mine, removed }: LineRow,
  moderates: boolean,
): boolean {
  return phase === "sent" && (mine ? !removed : moderates);
}

interface Props {
  readonly row: LineRow;
  readonly me: string | undefined;
  /** Names here that contain one's own. */
  readonly longer: readonly string[];
  /** Whether one keeps order here. */
  readonly moderates: boolean;
  readonly actions: LineActions;
}

/** Draws itself anew only when its row or one's own name changes. */
export class Line extends Component<Props> {
  override shouldComponentUpdate(
    { row, me, longer, moderates }: Props,
  ): boolean {
    return me !== this.props.me || longer !== this.props.longer ||
      moderates !== this.props.moderates ||
      !same(row, this.props.row);
  }

  render({ row, me, longer, moderates, actions }: Props) {
    const { from, at, head, tail, mine, mentioned, phase, seq } = row;
    const { removed, announcement, imported, guest } = row;
    const emoji = isEmoji(row.text);
    const flags = { head, tail, mine, mentioned, removed, announcement, emoji };
    const time = (
      <time dateTime={new Date(at).toISOString()} data-at={at}>
        {head ? timeOfDay(at) : gutterTime(at)}
      </time>
    );
    return (
      <li
        class={["line", phase, ...on(flags)].join(" ")}
        data-key={row.key}
        data-seq={seq}
        tabIndex={-1}
      >
        {head ? <Avatar name={from} /> : <span class="margin">{time}</span>}
        <div class="body">
          {head
            ? (
              <p class="who">
                <bdi class="name" title={from} style={{ "--hue": hue(from) }}>
                  {from}
                </bdi>
                {mine && <span class="visually-hidden">{words.youMark}</span>}
                {announcement && (
                  <span class="tag">{words.announcementTag}</span>
                )}
                {imported && <span class="tag">{words.importedTag}</span>}
                {guest && <span class="tag">{words.guestTag}</span>}
                {time}
              </p>
            )
            : (
              <span class="visually-hidden">
                <Words sentence={[{ name: from }]} />
                {imported && ` ${words.importedMark}`}
                {guest && ` ${words.guestMark}`}:
              </span>
            )}
          <div class="text">
            {removed
              ? <p class="gone">{removedWords(row.remover, mine)}</p>
              : (
                <MessageText
                  text={row.text}
                  name={mine ? undefined : me}
                  longer={longer}
                />
              )}
          </div>
          {phase === "failed" && (
            <p class="problem">
              <span>{words.notSent(row.problem ?? "")}</span>
              <button type="button" onClick={() => actions.retry(row)}>
                {words.tryAgain}
              </button>
              <button type="button" onClick={() => actions.discard(row)}>
                {words.discard}
              </button>
            </p>
          )}
        </div>
        {phase === "pending" && (
          <span class="sending" title={words.sending}>
            <Icon name="clock" />
            <span class="visually-hidden">{words.sending}</span>
          </span>
        )}
        <div class="tools">
          {!removed && (
            <IconButton
              icon="copy"
              label={words.copyMessage}
              onClick={() => actions.copy(row)}
            />
          )}
          {seq !== undefined && (
            <IconButton
              icon="link"
              label={words.copyLink}
              onClick={() => actions.copyLink(row)}
            />
          )}
          {moderable(row, moderates) && (
            <IconButton
              icon={moderates ? "more" : "remove"}
              label={moderates ? words.moreActions : words.removeMessage}
              onClick={() => actions.moderate(row)}
            />
          )}
        </div>
      </li>
    );
  }
}

/** A message whose drawing failed: its text, and who sent it. */
export function PlainLine({ row }: { row: LineRow }) {
  const { from, text, key, seq, guest, imported } = row;
  return (
    <li class="line" data-key={key} data-seq={seq} tabIndex={-1}>
      <span />
      <p class="text">
        <bdi>{from}</bdi>
        {imported && ` ${words.importedMark}`}
        {guest && ` ${words.guestMark}`}: <bdi>{text}</bdi>
      </p>
    </li>
  );
}

function on(flags: Record<string, boolean>): string[] {
  return Object.keys(flags).filter((flag) => flags[flag]);
}

function same(a: LineRow, b: LineRow): boolean {
  return (Object.keys(a) as (keyof LineRow)[]).every((key) =>
    a[key] === b[key]
  );
}
