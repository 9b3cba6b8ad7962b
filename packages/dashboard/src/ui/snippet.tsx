import { CopyButton } from "./copy-button.tsx";

/** Text to copy into a program or a terminal. */
export function Snippet({ label, text }: { label: string; text: string }) {
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-surface">
      <div className="flex items-center justify-between gap-4 border-b border-line py-1.5 pr-1.5 pl-4">
        <span className="text-[0.8125rem] text-muted">{label}</span>
        <CopyButton text={text} />
      </div>
      <pre className="p-4 font-mono text-[0.8125rem] leading-relaxed wrap-anywhere whitespace-pre-wrap text-ink">
        {text}
      </pre>
    </div>
  );
}
