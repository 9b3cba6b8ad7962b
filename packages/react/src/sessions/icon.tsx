/** Small line drawings on a 16 × 16 grid, decorative: the control beside them carries the words. */
export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const PATHS = {
  close: "M4 4l8 8M12 4l-8 8",
  back: "M10 3.5L5.5 8l4.5 4.5",
  down: "M4 6.5L8 10.5l4-4",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
} as const;
