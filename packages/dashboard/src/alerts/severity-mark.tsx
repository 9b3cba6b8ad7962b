import type { Severity } from "../api/alerts.ts";

/** How urgent, as a word on its colour. `isOver`: it was. */
export function SeverityMark({ severity, isOver = false }: { severity: Severity; isOver?: boolean }) {
  return (
    <span
      className={`inline-flex h-6 shrink-0 items-center rounded-md px-1.5 text-xs font-medium ${isOver ? "bg-raised text-muted" : LOOKS[severity]}`}
    >
      {WORDS[severity]}
    </span>
  );
}

const WORDS = { info: "Info", warning: "Warning", critical: "Critical", emergency: "Emergency" } as const;
const LOOKS = {
  info: "bg-raised text-ink",
  warning: "bg-middle-back text-middle",
  critical: "bg-high-back text-high",
  emergency: "bg-high text-surface",
} as const;
