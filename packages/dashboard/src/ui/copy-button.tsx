import { useState } from "react";
import { Icon } from "./icon.tsx";

/** Copies a text and says so. Where the page may not write to the clipboard, it says that instead. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [outcome, setOutcome] = useState<"idle" | "copied" | "refused">("idle");
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("refused"),
    );
  return (
    <button
      type="button"
      onClick={() => void copy()}
      className="inline-flex h-9 items-center gap-2 rounded-lg border border-line bg-surface px-3 text-[0.8125rem] font-medium hover:border-control"
    >
      <Icon name={outcome === "copied" ? "check" : "copy"} />
      <span aria-live="polite">{outcome === "idle" ? label : LABELS[outcome]}</span>
    </button>
  );
}

const LABELS = { copied: "Copied", refused: "Select the text and copy it" };
