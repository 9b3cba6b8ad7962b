import type { ReactNode } from "react";

/** One number with its name and what puts it in proportion. `value` null or undefined: still on its way, the room is kept. */
export function StatCard({
  title,
  value,
  unit,
  exact,
  className = "",
  hasMany = false,
  children,
}: {
  title: string;
  value: string | null | undefined;
  /** A word after the number. */
  unit?: string | undefined;
  /** Every digit, on hover. */
  exact: string;
  className?: string;
  /** There will be about four lines below the number: their room is kept. */
  hasMany?: boolean;
  children: ReactNode;
}) {
  const isKnown = value !== null && value !== undefined;
  return (
    <article className={`min-w-0 rounded-xl border border-line bg-surface px-4 py-3.5 sm:px-5 sm:py-4 ${className}`}>
      <h2 className="text-[0.8125rem] text-muted">{title}</h2>
      <p className="mt-0.5 flex min-h-9 flex-wrap items-baseline gap-x-1.5" title={isKnown ? exact : undefined}>
        {isKnown ? (
          <>
            <span className="text-[1.625rem] leading-9 font-semibold tabular-nums tracking-[-0.025em]">{value}</span>
            {unit === undefined ? null : <span className="text-[0.8125rem] text-muted">{unit}</span>}
          </>
        ) : (
          <span className="mt-2 h-6 w-24 rounded-md bg-raised">
            <span className="sr-only">loading</span>
          </span>
        )}
      </p>
      <div className={`mt-1 flex flex-col gap-0.5 ${hasMany ? "min-h-[4.75rem]" : "min-h-10"}`}>{children}</div>
    </article>
  );
}

/** A line below the number. */
export function StatNote({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <p title={title} className="text-[0.8125rem] leading-[1.35] text-muted">
      {children}
    </p>
  );
}
