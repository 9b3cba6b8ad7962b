import type { ReactNode } from "react";

/** A surface with a heading; everything on the page stands on one. */
export function Card({
  title,
  id,
  actions,
  children,
  waiting = false,
  className = "",
}: {
  title: ReactNode;
  /** Id of the heading, which names the section. */
  id: string;
  actions?: ReactNode;
  children: ReactNode;
  /** Another view is on its way: the old picture stays, dimmed. */
  waiting?: boolean;
  className?: string;
}) {
  return (
    <section
      aria-labelledby={id}
      aria-busy={waiting}
      className={`min-w-0 rounded-xl border border-line bg-surface ${className}`}
    >
      <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-3 pb-1 sm:px-5">
        <h2 id={id} className="text-[0.9375rem] font-semibold tracking-[-0.01em]">
          {title}
        </h2>
        {actions}
      </header>
      <div className={waiting ? "opacity-60" : ""}>{children}</div>
    </section>
  );
}
