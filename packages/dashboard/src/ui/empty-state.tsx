import type { ReactNode } from "react";

/** Nothing to list: why, and the step that changes it. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-5 py-12 text-center">
      <p className="font-medium">{title}</p>
      {children === undefined ? null : <div className="max-w-lg text-muted">{children}</div>}
      {action === undefined ? null : <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
