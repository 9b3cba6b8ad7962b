import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { CopyButton } from "../../ui/copy-button.tsx";
import { smallButton } from "../../ui/form.tsx";

/**
 * A link, token or secret that the server shows only now. It stands on the page, not in a sheet, until somebody says that
 * they have it: a click beside a sheet must not lose it. Give it the text as `key`, so that another one gets the focus too.
 */
export function ShownOnce({
  title,
  text,
  onDone,
  children,
}: {
  title: string;
  text: string;
  onDone: () => void;
  /** What it is for, and how long it is good. */
  children: ReactNode;
}) {
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    section.current?.focus();
    section.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-labelledby="shown-once"
      className="flex min-w-0 flex-col gap-3 rounded-xl border border-accent bg-surface p-4 outline-none sm:px-5"
    >
      <h2 id="shown-once" className="text-[0.9375rem] font-semibold tracking-[-0.01em]">
        {title}
      </h2>
      <p className="rounded-lg bg-raised px-3 py-2.5 font-mono text-[0.8125rem] wrap-anywhere">{text}</p>
      <div className="flex flex-wrap gap-2">
        <CopyButton text={text} />
        <button type="button" onClick={onDone} className={smallButton}>
          Done
        </button>
      </div>
      <div className="flex flex-col gap-3 text-muted">{children}</div>
    </section>
  );
}
