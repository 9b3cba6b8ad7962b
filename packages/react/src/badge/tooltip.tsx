import { useLayoutEffect, useRef } from "react";
import type { ReactNode, RefObject } from "react";

/** An explanation beside its anchor, above everything else on the page, always within the window. */
export function Tooltip({
  id,
  anchor,
  children,
}: {
  id: string;
  anchor: RefObject<HTMLElement | null>;
  children: ReactNode;
}) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const tooltip = element.current;
    if (tooltip === null) return undefined;
    // The browser's top layer: not cut off by any parent. Older browsers have only z-index.
    tooltip.showPopover?.();
    const place = () => anchor.current !== null && placeBeside(tooltip, anchor.current);
    place();
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    const size = new ResizeObserver(place);
    size.observe(tooltip);
    return () => {
      removeEventListener("scroll", place, true);
      removeEventListener("resize", place);
      size.disconnect();
    };
  }, [anchor]);
  return (
    <div ref={element} id={id} role="tooltip" popover="manual" className="tooltip">
      {children}
    </div>
  );
}

function placeBeside(tooltip: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = tooltip.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const isRoomBelow = at.bottom + GAP_PX + height <= clientHeight;
  const top = isRoomBelow || at.top < GAP_PX + height ? at.bottom + GAP_PX : at.top - GAP_PX - height;
  const left = Math.max(EDGE_PX, Math.min(at.left + at.width / 2 - width / 2, clientWidth - EDGE_PX - width));
  tooltip.style.top = `${top}px`;
  tooltip.style.left = `${left}px`;
}

const GAP_PX = 6;
const EDGE_PX = 8;
