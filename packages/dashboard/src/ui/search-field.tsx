import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";

/** Narrows a list by part of a name, a moment after the last key. `asked` is what the address says. */
export function SearchField({
  label,
  asked,
  onFind,
}: {
  label: string;
  asked: string;
  /** Told the text without spaces around it; "" shows all again. */
  onFind: (text: string) => void;
}) {
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
    const timer = setTimeout(() => onFind(wanted), SETTLE_MS);
    return () => clearTimeout(timer);
    // The way to change the address is made anew with each drawing.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [wanted, asked]);
  return (
    <label className="relative inline-flex min-w-0">
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
        className="h-9 w-44 min-w-0 rounded-lg border border-line bg-surface pr-2 pl-8 text-[0.8125rem] hover:border-control"
      />
    </label>
  );
}

const SETTLE_MS = 250;
