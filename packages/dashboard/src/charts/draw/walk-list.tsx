import { useRef, useState } from "react";
import type { KeyboardEvent, ReactNode } from "react";
import { walk } from "./plot.ts";
import { TOOLTIP } from "./tooltip.tsx";

export interface WalkItem {
  key: string;
  /** The row in words, for assistive technology. */
  label: string;
  content: ReactNode;
  /** What the pointer or the focus shows beside it. */
  tooltip?: ReactNode;
  /** Enter or a click; absent where nothing lies behind it. */
  onSelect?: (() => void) | undefined;
  isSelected?: boolean | undefined;
}

/** Rows of a drawing. One tab stop; the arrow keys walk up and down. */
export function WalkList({ summary, items }: { summary: string; items: readonly WalkItem[] }) {
  const [active, setActive] = useState<number | null>(null);
  const [tabStop, setTabStop] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const stop = Math.min(tabStop, items.length - 1);
  const focus = (index: number) => list.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus();
  return (
    <ol
      ref={list}
      aria-label={summary}
      className="@container -mx-2 flex flex-col"
      onPointerLeave={() => setActive(null)}
    >
      {items.map((item, index) => {
        const props = {
          "data-row": index,
          tabIndex: index === stop ? 0 : -1,
          className: `block w-full rounded-md px-2 text-left text-[0.8125rem] ${
            item.isSelected === true || index === active ? "bg-raised" : ""
          }`,
          onPointerEnter: () => setActive(index),
          onFocus: () => {
            setActive(index);
            setTabStop(index);
          },
          onBlur: () => setActive(null),
          onKeyDown: (event: KeyboardEvent) => {
            if (walk(event, index, items.length, focus, VERTICAL)) return;
            if (event.key !== "Escape" || active === null) return;
            event.preventDefault();
            setActive(null);
          },
        };
        return (
          <li key={item.key} className="relative min-w-0">
            {item.onSelect === undefined ? (
              // An image has no place for text, and its words are its label.
              // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
              <div role="img" aria-label={item.label} {...props}>
                {item.content}
              </div>
            ) : (
              <button type="button" aria-pressed={item.isSelected} onClick={item.onSelect} {...props}>
                <span className="sr-only">{item.label}</span>
                <span aria-hidden="true">{item.content}</span>
              </button>
            )}
            {index !== active || item.tooltip === undefined ? null : (
              <div
                role="presentation"
                // Towards the middle, so that it stays on the card.
                className={`${TOOLTIP} right-2 ${index < items.length / 2 ? "top-full mt-1" : "bottom-full mb-1"}`}
              >
                {item.tooltip}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

const VERTICAL = { back: "ArrowUp", on: "ArrowDown" };
