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
} as const;
