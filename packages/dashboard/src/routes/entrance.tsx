import type { ReactNode } from "react";
import { Logo } from "../ui/logo.tsx";
import { ThemeButton } from "./theme-button.tsx";

/** What the pages stand in that come before the dashboard: a sheet in the middle, and nothing that asks for data. */
export function Entrance({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  return (
    <>
      <header className="mx-auto flex min-h-14 w-full max-w-[84rem] items-center justify-between px-4 sm:px-6">
        <p className="flex items-center gap-2.5 text-base font-semibold tracking-[-0.02em]">
          <Logo />
          Outlay
        </p>
        <ThemeButton />
      </header>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-sm px-4 pt-8 pb-16 outline-none sm:pt-[12vh]">
        <title>{`${title} · Outlay`}</title>
        <h1 className="text-2xl font-semibold tracking-[-0.025em]">{title}</h1>
        {lead === undefined ? null : <p className="mt-2 text-muted">{lead}</p>}
        <div className="mt-6 flex flex-col gap-4">{children}</div>
      </main>
    </>
  );
}
