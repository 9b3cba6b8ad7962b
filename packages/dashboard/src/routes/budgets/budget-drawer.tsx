import { useState } from "react";
import { useViewer } from "../../api/use-viewer.ts";
import { DeleteLimitSheet } from "../../limits/limit-sheets.tsx";
import { LimitDetail } from "../../limits/limit-detail.tsx";
import { useLimitReport } from "../../limits/use-limit-report.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** One budget: how it stands, of whom, how its periods went, what fired. */
export function BudgetDrawer({
  id,
  value,
  serverZone,
  onValue,
  onEdit,
  onClose,
}: {
  id: string;
  value: string | undefined;
  serverZone: string;
  onValue: (value: string | undefined) => void;
  onEdit: () => void;
  onClose: () => void;
}) {
  const { report, error } = useLimitReport(id, value);
  const mayChange = useViewer()?.isAdministrator ?? false;
  const [isDeleting, setIsDeleting] = useState(false);
  return (
    <Sheet form="drawer" title={report?.limit.name ?? "Budget"} onClose={onClose}>
      {error === null ? null : <ProblemNote error={error} />}
      {report === undefined ? null : (
        <>
          <LimitDetail report={report} value={value} serverZone={serverZone} onValue={onValue} />
          {mayChange ? (
            <div className="flex flex-wrap gap-2 border-t border-line pt-4">
              <button type="button" onClick={onEdit} className={smallButton}>
                <Icon name="edit" />
                Change
              </button>
              <button type="button" onClick={() => setIsDeleting(true)} className={smallButton}>
                <Icon name="trash" />
                Delete
              </button>
            </div>
          ) : null}
          {isDeleting ? (
            <DeleteLimitSheet limit={report.limit} onDeleted={onClose} onClose={() => setIsDeleting(false)} />
          ) : null}
        </>
      )}
    </Sheet>
  );
}
