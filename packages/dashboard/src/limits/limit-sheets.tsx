import { changeLimit, createLimit, removeLimit } from "../api/limits.ts";
import type { Limit } from "../api/limits.ts";
import { useRefresh } from "../api/use-refresh.ts";
import { ConfirmSheet } from "../ui/confirm-sheet.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { LimitForm } from "./limit-form.tsx";

/** Makes a budget or limit (`before` null), or changes one. `onDone` with its id. */
export function LimitFormSheet({
  kind,
  before,
  onDone,
  onClose,
}: {
  kind: Limit["kind"];
  before: Limit | null;
  onDone: (id: string) => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  return (
    <Sheet form="wide" title={before === null ? `New ${kind}` : `Change ${before.name}`} onClose={onClose}>
      <LimitForm
        kind={kind}
        before={before}
        onSubmit={async (body) => {
          const { id } = await (before === null ? createLimit(body) : changeLimit(before.id, body));
          await refresh();
          onDone(id);
        }}
      />
    </Sheet>
  );
}

export function DeleteLimitSheet({
  limit,
  onDeleted,
  onClose,
}: {
  limit: Limit;
  onDeleted: () => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  return (
    <ConfirmSheet
      title={`Delete ${limit.name}`}
      action={`Delete the ${limit.kind}`}
      onConfirm={async () => {
        await removeLimit(limit.id);
        onDeleted();
        await refresh(limit.id);
      }}
      onClose={onClose}
    >
      {limit.kind === "budget"
        ? "Nobody is told of it any more. What was spent stays recorded."
        : "Nothing is refused by it any more, and what it was raised by is gone. What was spent stays recorded."}
    </ConfirmSheet>
  );
}
