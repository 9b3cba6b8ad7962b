import { useEffect, useState } from "react";
import { Icon } from "../ui/icon.tsx";
import { useEntityState } from "./use-entity-state.ts";

/** Narrows the list by part of a name, a moment after the last key. */
export function SearchField({ label }: { label: string }) {
  const { state, change } = useEntityState();
  const asked = state.find ?? "";
  const [text, setText] = useState(asked);
  const [shown, setShown] = useState(asked);
  // The address has changed by itself: by "back", or a button that shows all again.
  if (shown !== asked) {
    setShown(asked);
    if (text.trim() !== asked) setText(asked);
  }
  const wanted = text.trim();
  useEffect(() => {
    if (wanted === asked) return undefined;
    const timer = setTimeout(
      () =>
        change(({ find: _find, rows: _rows, ...rest }) => (wanted === "" ? rest : { ...rest, find: wanted }), {
          replace: true,
        }),
      SETTLE_MS,
    );
    return () => clearTimeout(timer);
    // The way to change the address is made anew with each drawing.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [wanted, asked]);
  return (
    <label className="relative inline-flex min-w-0 grow basis-full sm:basis-auto">
      <span className="sr-only">{label}</span>
      <Icon name="search" className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
      <input
        type="search"
        value={text}
        maxLength={128}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        className="h-9 w-full min-w-0 sm:w-44 rounded-lg border border-line bg-surface pr-2 pl-8 text-[0.8125rem] hover:border-control"
      />
    </label>
  );
}

const SETTLE_MS = 250;
