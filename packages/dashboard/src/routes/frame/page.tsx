import type { ReactNode } from "react";

/** What every page stands in: its heading, what can be done on it, and the line on top while something is on its way. */
export function Page({
  title,
  isTitleShown = true,
  intro,
  actions,
  busy = false,
  children,
}: {
  title: string;
  /** The overview needs no title for the eye. */
  isTitleShown?: boolean;
  /** One sentence under the title: what the page answers. */
  intro?: ReactNode;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  busy?: boolean;
  children: ReactNode;
}) {
  return (
    <main
      id="main"
      tabIndex={-1}
      className="mx-auto flex w-full max-w-[84rem] flex-col gap-4 px-4 pt-1 pb-12 outline-none sm:px-6"
    >
      <title>{`${title} · Outlay`}</title>
      {busy ? <div aria-hidden="true" className="progress fixed inset-x-0 top-0 z-20 h-0.5" /> : null}
      {isTitleShown ? (
        <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <div className="min-w-0">
            <h1 className="text-xl font-semibold tracking-[-0.02em] wrap-anywhere">{title}</h1>
            {intro === undefined ? null : <p className="mt-0.5 text-muted">{intro}</p>}
          </div>
          {actions === undefined ? null : <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      ) : (
        <h1 className="sr-only">{title}</h1>
      )}
      {children}
    </main>
  );
}
