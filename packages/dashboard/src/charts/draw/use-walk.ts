import { useRef, useState } from "react";
import type { KeyboardEvent, RefObject, SVGProps } from "react";
import { walk } from "./plot.ts";

/** What pointer, focus and keys do to the places of a drawing: its bars, its points in time. */
interface Walk<Place> {
  drawing: RefObject<SVGSVGElement | null>;
  /** The place that pointer or focus is at. */
  active: { place: Place; index: number } | null;
  leave: () => void;
  /** For the `g` of the place: its role, its place in the tab order, its handlers. */
  placeProps: (index: number) => SVGProps<SVGGElement>;
}

/** One tab stop, at first at the place `start`; arrow keys walk, Escape puts the numbers away, Enter and a click select. */
export function useWalk<Place>({
  mark,
  places,
  start,
  onSelect,
}: {
  /** Data attribute by which a place is found: `bar` for `data-bar`. */
  mark: string;
  places: readonly Place[];
  start: number;
  /** Absent where nothing lies behind a place. */
  onSelect?: ((place: Place) => void) | undefined;
}): Walk<Place> {
  const drawing = useRef<SVGSVGElement>(null);
  const [activeIndex, setActiveIndex] = useState<number | null>(null);
  const [tabStop, setTabStop] = useState<number | null>(null);
  const stop = Math.min(tabStop ?? start, places.length - 1);
  const select = (index: number) => {
    const place = places[index];
    if (place !== undefined) onSelect?.(place);
  };
  const focus = (index: number) => drawing.current?.querySelector<SVGGElement>(`[data-${mark}="${index}"]`)?.focus();
  const pressed = (event: KeyboardEvent, index: number) => {
    if (walk(event, index, places.length, focus)) return;
    if ((event.key === "Enter" || event.key === " ") && onSelect !== undefined) {
      event.preventDefault();
      select(index);
    } else if (event.key === "Escape" && activeIndex !== null) {
      event.preventDefault();
      setActiveIndex(null);
    }
  };
  const place = activeIndex === null ? undefined : places[activeIndex];
  return {
    drawing,
    active: activeIndex === null || place === undefined ? null : { place, index: activeIndex },
    leave: () => setActiveIndex(null),
    placeProps: (index) => ({
      [`data-${mark}`]: index,
      // Nothing else can be a part of a drawing.
      role: onSelect === undefined ? "img" : "button",
      tabIndex: index === stop ? 0 : -1,
      className: `group/place outline-none ${onSelect === undefined ? "" : "cursor-pointer"}`,
      onPointerEnter: () => setActiveIndex(index),
      onFocus: () => {
        setActiveIndex(index);
        setTabStop(index);
      },
      onBlur: () => setActiveIndex(null),
      onKeyDown: (event) => pressed(event, index),
      onPointerUp: (event) => {
        // A finger has no hover: its first touch shows the numbers, and the panel offers the rest.
        if (event.pointerType === "mouse" && event.button === 0) select(index);
      },
    }),
  };
}
