import type { ReactNode, RefObject } from "react";

/** A drawing as wide as its container, named by a sentence, with the numbers of the active place beside it. */
export function Drawing({
  drawing,
  onLeave,
  container,
  width,
  height,
  summary,
  tooltip,
  children,
}: {
  drawing: RefObject<SVGSVGElement | null>;
  /** The pointer has left it. */
  onLeave: () => void;
  container: RefObject<HTMLDivElement | null>;
  width: number;
  height: number;
  /** The chart in one sentence; it names the drawing. */
  summary: string;
  tooltip: ReactNode;
  children: ReactNode;
}) {
  return (
    <div ref={container} className="relative" style={{ height }}>
      <svg
        ref={drawing}
        width={width}
        height={height}
        // A fieldset cannot stand for a drawing.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="group"
        aria-label={summary}
        className="absolute inset-0 block"
        onPointerLeave={onLeave}
      >
        {children}
      </svg>
      {tooltip}
    </div>
  );
}
