import { useQuery } from "@tanstack/react-query";
import { counted } from "@outlay/react";
import { useState } from "react";
import { overridesQuestion, refusalsQuestion } from "../../api/limits.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { LimitDetail } from "../../limits/limit-detail.tsx";
import { DeleteLimitSheet } from "../../limits/limit-sheets.tsx";
import { useLimitReport } from "../../limits/use-limit-report.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Raised } from "./raised.tsx";

/** One limit, or one account of it, with what can be done to it. */
export function LimitDrawer({
  id,
  value,
  serverZone,
  onValue,
  onSheet,
  onClose,
}: {
  id: string;
  value: string | undefined;
  serverZone: string;
  onValue: (value: string | undefined) => void;
  onSheet: (sheet: "form" | "raise" | "replay") => void;
  onClose: () => void;
}) {
  const { report, error } = useLimitReport(id, value);
  const refusals = useQuery(refusalsQuestion).data?.refusals;
  const raised = useQuery(overridesQuestion).data?.overrides.filter(({ limitId }) => limitId === id);
  const mayChange = useViewer()?.isAdministrator ?? false;
  const [isDeleting, setIsDeleting] = useState(false);
  const refused = refusals?.filter(
    ({ limit }) => limit.limitId === id && (value === undefined || limit.value === value),
  ).length;
  return (
    <Sheet form="drawer" title={report?.limit.name ?? "Limit"} onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {report === undefined ? null : (
        <>
          <LimitDetail report={report} value={value} serverZone={serverZone} onValue={onValue}>
            {refused === undefined || report.limit.kind === "budget" ? null : (
              <p>
                {refused === 0
                  ? "No call was refused in the last day."
                  : `${counted(refused, "call")} refused in the last day.`}
              </p>
            )}
            {raised === undefined || raised.length === 0 ? null : (
              <section aria-labelledby="raised-here" className="flex flex-col gap-2">
                <h3 id="raised-here" className="font-semibold">
                  Raised now
                </h3>
                <ul className="flex flex-col gap-3">
                  {raised.map((override) => (
                    <Raised
                      key={override.id}
                      override={override}
                      name={report.limit.name}
                      mayChange={mayChange}
                      timeZone={serverZone}
                      onOpen={() => onValue(override.value ?? undefined)}
                    />
                  ))}
                </ul>
              </section>
            )}
            {mayChange ? (
              <div className="flex flex-wrap gap-2">
                <button type="button" onClick={() => onSheet("raise")} className={smallButton}>
                  <Icon name="unlocked" />
                  Raise for a time
                </button>
                <button type="button" onClick={() => onSheet("replay")} className={smallButton}>
                  <Icon name="play" />
                  Try on past days
                </button>
                <button type="button" onClick={() => onSheet("form")} className={smallButton}>
                  <Icon name="edit" />
                  Change
                </button>
                <button type="button" onClick={() => setIsDeleting(true)} className={smallButton}>
                  <Icon name="trash" />
                  Delete
                </button>
              </div>
            ) : null}
          </LimitDetail>
          {isDeleting ? (
            <DeleteLimitSheet limit={report.limit} onDeleted={onClose} onClose={() => setIsDeleting(false)} />
          ) : null}
        </>
      )}
    </Sheet>
  );
}
