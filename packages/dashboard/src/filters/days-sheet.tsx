import { useState } from "react";
import type { FormEvent } from "react";
import { Sheet } from "../ui/sheet.tsx";
import { addDays } from "./dates.ts";
import { usePanels } from "./use-panels.ts";
import { withDays } from "./search.ts";
import { usePageSearch } from "./use-search.ts";

/** First and last day of a period of one's own. */
export function DaysSheet({ onClose }: { onClose: () => void }) {
  const { change } = usePageSearch();
  const { shownDays } = usePanels();
  const [first, setFirst] = useState(shownDays?.firstDate ?? "");
  const [last, setLast] = useState(shownDays === null ? "" : addDays(shownDays.endDate, -1));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change((search) => withDays(search, first, last));
    onClose();
  };
  return (
    <Sheet title="Choose days" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid grid-cols-2 gap-4">
          <DateField label="First day" value={first} max={last} onChange={setFirst} />
          <DateField label="Last day" value={last} min={first} onChange={setLast} />
        </div>
        <button type="submit" className={primaryButton}>
          Show these days
        </button>
      </form>
    </Sheet>
  );
}

/** The one button of a panel that goes on. */
const primaryButton = "h-10 rounded-lg bg-strong px-4 font-medium text-on-strong hover:opacity-90";

function DateField(props: {
  label: string;
  value: string;
  min?: string;
  max?: string;
  onChange: (value: string) => void;
}) {
  const { label, onChange, ...input } = props;
  return (
    <label className="flex min-w-0 flex-col gap-1.5 text-[0.8125rem] text-muted">
      {label}
      <input
        {...input}
        type="date"
        required
        onChange={(event) => onChange(event.target.value)}
        className="h-10 min-w-0 rounded-lg border border-control bg-surface px-3 text-sm text-ink"
      />
    </label>
  );
}
