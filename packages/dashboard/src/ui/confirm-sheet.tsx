import { useState } from "react";
import type { ReactNode } from "react";
import { Problem, dangerButton, otherButton } from "./form.tsx";
import { Sheet } from "./sheet.tsx";

/** Asks before something that cannot be taken back. `onConfirm` rejects with what is then shown. */
export function ConfirmSheet({
  title,
  action,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  /** What the button does, as a verb: "Delete the limit". */
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** What will happen. */
  children: ReactNode;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  const [isSending, setIsSending] = useState(false);
  const confirm = async () => {
    setIsSending(true);
    setProblem(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsSending(false);
    }
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <div className="text-muted">{children}</div>
      {problem === null ? null : <Problem>{problem}</Problem>}
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <button type="button" data-autofocus onClick={onClose} className={otherButton}>
          Cancel
        </button>
        <button type="button" disabled={isSending} onClick={() => void confirm()} className={dangerButton}>
          {action}
        </button>
      </div>
    </Sheet>
  );
}
