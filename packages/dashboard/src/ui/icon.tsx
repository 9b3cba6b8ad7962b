/** Small line drawings on a 16 × 16 grid, decorative: the control beside them carries the words. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={`size-4 shrink-0 fill-none stroke-current ${className}`}>
      <path d={PATHS[name]} strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

export type IconName = keyof typeof PATHS;

const PATHS = {
  close: "M4 4l8 8M12 4l-8 8",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  left: "M10 3.5L5.5 8l4.5 4.5",
  right: "M6 3.5L10.5 8 6 12.5",
  down: "M4 6.5L8 10.5l4-4",
  calendar: "M3 4.5h10v9H3zM3 7.5h10M5.5 2.5v2M10.5 2.5v2",
  sun: "M8 5.2a2.8 2.8 0 110 5.6 2.8 2.8 0 010-5.6M8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  moon: "M13 9.6A5.6 5.6 0 016.4 3 5.6 5.6 0 1013 9.6z",
  screen: "M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5",
  keys: "M1.5 4.5h13v7h-13zM4 7h.01M6.5 7h.01M9.5 7h.01M12 7h.01M5 9.2h6",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  check: "M3 8.5l3.2 3.2L13 5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.5l7.5 4.5L5 12.5z",
  unlocked: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 015-.6",
  up: "M8 12.5v-9M4 7.5l4-4 4 4",
  plus: "M8 3v10M3 8h10",
  stop: "M4.5 4.5h7v7h-7z",
  warning: "M8 2.5l6 11H2zM8 6.5v3.2M8 11.6v.01",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  gauge: "M2.5 11.5a5.5 5.5 0 1111 0M8 11.5L10.5 7.5",
  bars: "M3 13V8.5M6.4 13V4M9.7 13V9.5M13 13V6",
  search: "M7 2.8a4.2 4.2 0 110 8.4 4.2 4.2 0 010-8.4M10.2 10.2l3.3 3.3",
  list: "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  chat: "M2.5 3.5h11v7.5H7l-3 2.5v-2.5H2.5z",
  people:
    "M6 3a2.2 2.2 0 110 4.4A2.2 2.2 0 016 3M2 13c0-2.3 1.7-3.8 4-3.8s4 1.5 4 3.8M10.6 3.3a2.1 2.1 0 010 3.9M11.8 9.5c1.4.5 2.2 1.7 2.2 3.5",
  robot: "M3.5 6h9v7h-9zM8 6V3.5M6.2 9h.01M9.8 9h.01M6.5 11.2h3M1.8 8.5v2M14.2 8.5v2",
  ticket: "M2.5 4.5h11v2.3a1.3 1.3 0 000 2.4v2.3h-11V9.2a1.3 1.3 0 000-2.4zM9.5 4.5v7",
  chart: "M2.5 3v10.5h11M4.8 10.5l2.8-3.2 2 1.8 3.4-4",
  bulb: "M6 11.2h4M6.6 13.5h2.8M6 11.2c0-1.4-2-2-2-4.4a4 4 0 018 0c0 2.4-2 3-2 4.4",
  wallet: "M2.5 4.5h9.5v2M2.5 4.5v8h11v-6h-11M11 9.5h.01",
  shield: "M8 2.5l5 1.8v3.4c0 3-2 5-5 5.8-3-.8-5-2.8-5-5.8V4.3z",
  bell: "M4 11V7.2a4 4 0 018 0V11l1 1.2H3zM6.8 13.8h2.4",
  scales: "M8 2.5v11M5 13.5h6M3 4.5h10M3.5 4.5l-2 5h4zM12.5 4.5l-2 5h4z",
  tag: "M2.5 2.5h5l6 6-5 5-6-6zM5.3 5.3h.01",
  settings:
    "M8 6a2 2 0 110 4 2 2 0 010-4M8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6L5 5M11 11l1.4 1.4M3.6 12.4L5 11M11 5l1.4-1.4",
  edit: "M3 13l.7-2.8 7-7 2.1 2.1-7 7zM9.4 4.5l2.1 2.1",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  download: "M8 2.5v7.5M4.8 7L8 10.2 11.2 7M2.5 13.5h11",
  save: "M4.5 2.5h7v11L8 10.8l-3.5 2.7z",
  link: "M9 3h4v4M13 3L7.5 8.5M11.5 9.5V13H3V4.5h3.5",
} as const;
