import type { ReactNode } from "react";

export interface Stretch {
  key: string;
  from: number;
  to: number;
  background: string;
}

/** A horizontal bar on a scale from `min` to `max`: its stretches, and marks across it. Decorative: the words stand beside it. */
export function Track({
  min,
  max,
  stretches,
  height = "h-4",
  grid = [],
  children,
}: {
  min: number;
  max: number;
  stretches: readonly Stretch[];
  height?: string;
  /** Where thin lines stand behind it, from row to row on a wide screen. */
  grid?: readonly number[];
  /** `TrackMark`s. */
  children?: ReactNode;
}) {
  const percentOf = (value: number) => trackPercent(value, min, max);
  return (
    <span aria-hidden="true" className={`relative block ${height}`}>
      {grid.map((at) => (
        <TrackMark key={at} at={at} min={min} max={max} className="hidden w-px bg-line @xl:-inset-y-2.5 @xl:block" />
      ))}
      {stretches.map(({ key, from, to, background }) => {
        const left = percentOf(Math.min(from, to));
        const width = percentOf(Math.max(from, to)) - left;
        return (
          <span
            key={key}
            className="absolute inset-y-0 rounded-[1px] border-r border-surface"
            style={{ left: `${left}%`, width: `max(2px, ${width}%)`, background }}
          />
        );
      })}
      {children}
    </span>
  );
}

/** A line across the track. */
export function TrackMark({ at, min, max, className }: { at: number; min: number; max: number; className: string }) {
  return (
    <span className={`absolute -translate-x-1/2 ${className}`} style={{ left: `${trackPercent(at, min, max)}%` }} />
  );
}

function trackPercent(value: number, min: number, max: number): number {
  const span = max - min;
  return span > 0 ? Math.max(0, Math.min(100, ((value - min) / span) * 100)) : 0;
}
