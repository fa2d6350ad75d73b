/** The page's pictograms: 20 px, drawn with the text's own ink. */

const PATHS = {
  close: "M5 5l10 10M15 5L5 15",
  copy: "M8 7h8v10H8zM5 13H4V3h8v1",
  down: "M10 4v12m-5-5l5 5 5-5",
  emoji:
    "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM7 11.5c.6 1.3 1.7 2 3 2s2.4-.7 3-2M7.6 7.8v.4M12.4 7.8v.4",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l2.5 2",
  link:
    "M9 11.5a3 3 0 0 0 4.5.3l2.2-2.2a3 3 0 0 0-4.3-4.3l-1.2 1.2M11 8.5a3 3 0 0 0-4.5-.3l-2.2 2.2a3 3 0 0 0 4.3 4.3l1.2-1.2",
  menu: "M3 6h14M3 10h14M3 14h9",
  more:
    "M4.5 9.3a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4zM10 9.3a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4zM15.5 9.3a.7.7 0 1 0 0 1.4.7.7 0 0 0 0-1.4z",
  muted:
    "M6.2 6.2A5 5 0 0 0 5 9.5c0 3-1.5 4.5-1.5 4.5H14M15 9.5A5 5 0 0 0 8.2 4.8M8.5 16.5a1.7 1.7 0 0 0 3 0M3 3l14 14M15 9.5c0 1.1.2 2 .5 2.7",
  people:
    "M7.5 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13 3.3a3 3 0 0 1 0 5.4M15 12.3c1.8.7 3 2.4 3 4.7",
  plus: "M10 4v12M4 10h12",
  remove: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6",
  shield: "M10 2.5l6 2v5c0 3.7-2.5 6.5-6 8-3.5-1.5-6-4.3-6-8v-5z",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5L17 17",
  send: "M10 16V4M5 9l5-5 5 5",
  settings:
    "M3 6h8m4 0h2M3 14h2m4 0h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
} as const;

/** A pictogram; the control around it has the words. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A button that shows a pictogram alone; its words are read out, and shown to
 * whoever points at it. */
export function IconButton({ icon, label, class: className, onClick }: {
  icon: keyof typeof PATHS;
  label: string;
  class?: string;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      class={className}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
