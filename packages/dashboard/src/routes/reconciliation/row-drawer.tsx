import { Link } from "@tanstack/react-router";
import { exactCount } from "@outlay/react";
import type { ReconciledRow } from "../../api/reconciliation.ts";
import { addDays } from "../../filters/dates.ts";
import { filterText } from "../../filters/filter.ts";
import { dateInWords } from "../../format/time.ts";
import { smallButton } from "../../ui/form.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Explanations } from "./explanations.tsx";
import { isUnknown } from "./rows.ts";
import { ThreeFigures } from "./three-figures.tsx";

/** One model on one day: the three figures, what each side counted, and why they differ. */
export function RowDrawer({
  provider,
  row,
  onClose,
}: {
  provider: string;
  /** null: not among those that are shown. */
  row: ReconciledRow | null;
  onClose: () => void;
}) {
  if (row === null) {
    return (
      <Sheet form="drawer" title={provider} onClose={onClose}>
        <p className="text-muted">This day and model are not among those of the shown period.</p>
      </Sheet>
    );
  }
  const { day, model, recordedCalls, recordedTokens, reportedTokens, reportedUsd } = row;
  return (
    <Sheet form="drawer" title={`${model ?? `${provider}, no model`}, ${dateInWords(day, "short")}`} onClose={onClose}>
      <ThreeFigures of={row} recordedCalls={recordedCalls} />
      <Facts
        facts={[
          { label: "Day, in UTC", value: dateInWords(day, "long") },
          { label: "Tokens recorded", value: exactCount(recordedTokens) },
          { label: "Tokens reported", value: exactCount(reportedUsd === null ? null : reportedTokens) },
        ]}
      />
      {isUnknown(row) ? (
        <p className="text-muted">The provider has not reported this day yet, or it was never fetched.</p>
      ) : (
        <Explanations of={row} about={`${model ?? "what names no model"} on ${day}`} />
      )}
      {recordedCalls === 0 ? null : (
        <Link
          to="/calls"
          search={{
            from: day,
            to: addDays(day, 1),
            tz: "UTC",
            filter: [filterText({ dimension: "provider", value: provider, exclude: false })],
          }}
          className={`${smallButton} self-start`}
        >
          <Icon name="list" />
          Recorded calls of this day
        </Link>
      )}
    </Sheet>
  );
}
