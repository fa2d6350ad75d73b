/** A message's text on the page: every token is a text node in an element of
 * ours, so that nothing a sender types can be more than text. */

import { words } from "../../words/chat_catalogue.ts";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { excerptOf } from "../model/excerpt.ts";
import { type Block, format } from "../model/format.ts";
import type { Inline } from "../model/inlines.ts";

function inline(token: Inline): ComponentChildren {
  switch (token.kind) {
    case "strong":
      return <strong>{token.inlines.map(inline)}</strong>;
    case "em":
      return <em>{token.inlines.map(inline)}</em>;
    case "del":
      return <del>{token.inlines.map(inline)}</del>;
    case "text":
      return token.text;
    case "code":
      return <code>{token.text}</code>;
    case "mention":
      return <mark>{token.text}</mark>;
    case "link":
      return (
        <>
          <a
            href={token.href}
            title={token.host}
            dir="ltr"
            target="_blank"
            rel="noopener noreferrer nofollow ugc"
          >
            {token.text}
          </a>
          {token.host !== undefined && (
            <bdi class="host">{` ${words.linkOpens(token.host)}`}</bdi>
          )}
        </>
      );
  }
}

/** The blocks of one message. They never change places: their index is key. */
export function Text({ blocks }: { blocks: readonly Block[] }) {
  return <>{blocks.map((block, index) => draw(block, index, "auto"))}</>;
}

/** @param dir Undefined in a quote: its direction is that of its text. */
function draw(
  block: Block,
  index: number,
  dir: "auto" | undefined,
): ComponentChildren {
  switch (block.kind) {
    case "fence":
      return (
        // It can be scrolled sideways, so the keyboard has to get there.
        <pre key={index} tabIndex={0} dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case "paragraph":
      return <p key={index} dir={dir}>{block.inlines.map(inline)}</p>;
    case "quote":
      return (
        <blockquote key={index} dir="auto">
          {block.blocks.map((inner, index) => draw(inner, index, undefined))}
        </blockquote>
      );
    case "list":
      return (
        <ul key={index} role="list">
          {block.items.map(({ marker, depth, inlines }, index) => (
            <li
              key={index}
              dir="auto"
              aria-level={depth + 1}
              class={`depth${depth}`}
            >
              {
                // A text, so that it is copied with the item.
              }
              <span class="marker">{marker}</span> {inlines.map(inline)}
            </li>
          ))}
        </ul>
      );
  }
}

/** A message's text: a long one is folded until one asks for all of it. */
export function MessageText({ text, name, longer }: {
  text: string;
  /** The name that is marked where the text mentions it. */
  name: string | undefined;
  /** Names in the room that contain it. */
  longer: readonly string[];
}) {
  const [whole, setWhole] = useState(false);
  const excerpt = excerptOf(text);
  const shown = whole ? text : excerpt ?? text;
  return (
    <>
      <Text blocks={format(shown, name, longer)} />
      {excerpt !== undefined && (
        <button
          type="button"
          class="more"
          aria-expanded={whole}
          onClick={() => setWhole(!whole)}
        >
          {whole ? words.showLess : words.showMore}
        </button>
      )}
    </>
  );
}
