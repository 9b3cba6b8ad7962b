import { useRef, useState } from "react";
import type { KeyboardEvent, RefObject, SVGProps } from "react";
import { walk } from "./plot.ts";

/** What pointer, focus and keys do to the places of a drawing: its bars, its points in time. */
interface Walk {
  drawing: RefObject<SVGSVGElement | null>;
  /** The place that pointer or focus is at. */
  active: number | null;
  leave: () => void;
  /** For the `g` of the place: its role, its place in the tab order, its handlers. */
  placeProps: (index: number) => SVGProps<SVGGElement>;
}

/** One tab stop, at first at the place `start`; arrow keys walk, Escape puts the numbers away, Enter and a click select. */
export function useWalk({
  mark,
  length,
  start,
  onSelect,
}: {
  /** Data attribute by which a place is found: `bar` for `data-bar`. */
  mark: string;
  length: number;
  start: number;
  /** Absent where nothing lies behind a place. */
  onSelect?: ((index: number) => void) | undefined;
}): Walk {
  const drawing = useRef<SVGSVGElement>(null);
  const [active, setActive] = useState<number | null>(null);
  const [tabStop, setTabStop] = useState<number | null>(null);
  const stop = Math.min(tabStop ?? start, length - 1);
  const focus = (index: number) => drawing.current?.querySelector<SVGGElement>(`[data-${mark}="${index}"]`)?.focus();
  const pressed = (event: KeyboardEvent, index: number) => {
    if (walk(event, index, length, focus)) return;
    if ((event.key === "Enter" || event.key === " ") && onSelect !== undefined) {
      event.preventDefault();
      onSelect(index);
    } else if (event.key === "Escape" && active !== null) {
      event.preventDefault();
      setActive(null);
    }
  };
  return {
    drawing,
    active,
    leave: () => setActive(null),
    placeProps: (index) => ({
      [`data-${mark}`]: index,
      // Nothing else can be a part of a drawing.
      role: onSelect === undefined ? "img" : "button",
      tabIndex: index === stop ? 0 : -1,
      className: `group/place outline-none ${onSelect === undefined ? "" : "cursor-pointer"}`,
      onPointerEnter: () => setActive(index),
      onFocus: () => {
        setActive(index);
        setTabStop(index);
      },
      onBlur: () => setActive(null),
      onKeyDown: (event) => pressed(event, index),
      onPointerUp: (event) => {
        // A finger has no hover: its first touch shows the numbers, and the panel offers the rest.
        if (event.pointerType === "mouse" && event.button === 0) onSelect?.(index);
      },
    }),
  };
}
