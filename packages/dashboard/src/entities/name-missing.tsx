import type { ReactNode } from "react";
import { serverUrl } from "../api/server-url.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import type { EntityKind } from "./entity-kind.ts";

/** No call on the page says whose it is: how calls say it, as a field of an event and as a header through the gateway. */
export function NameMissing({
  kind,
  field,
  header,
  example,
  children,
}: {
  kind: EntityKind;
  /** Of the usage event. */
  field: string;
  /** Of a call through the gateway. */
  header: string;
  example: string;
  /** What it is good for, in a sentence. */
  children?: ReactNode;
}) {
  const event = {
    provider: "openai",
    model: "gpt-4.1-mini",
    usage: { inputTokens: 1200, outputTokens: 90 },
    ...(field === "tags" ? { tags: tagsIn(example) } : { [field]: example }),
  };
  const snippet = [
    `# Told as an event`,
    `curl ${serverUrl("/api/v1/events")} \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify(event)}'`,
    ``,
    `# Or on a call through the gateway, as a header`,
    `${header}: ${example}`,
  ].join("\n");
  return (
    <section aria-labelledby="name-missing" className="mx-auto mt-4 flex w-full max-w-2xl flex-col gap-4 sm:mt-10">
      <div>
        <h2 id="name-missing" className="text-lg font-semibold tracking-[-0.01em]">
          No call here names its {kind.one}
        </h2>
        <p className="mt-1.5 text-muted">
          {children ?? `Once calls say which ${kind.one} they belong to, every ${kind.one} has its own costs here.`}
        </p>
      </div>
      <div className="overflow-hidden rounded-xl border border-line bg-surface">
        <div className="flex items-center justify-between gap-4 border-b border-line py-2 pr-2 pl-4">
          <span className="text-[0.8125rem] text-muted">Terminal</span>
          <CopyButton text={snippet} />
        </div>
        <pre className="p-4 font-mono text-[0.8125rem] leading-relaxed whitespace-pre-wrap wrap-anywhere">
          {snippet}
        </pre>
      </div>
    </section>
  );
}

/** `story=st-9` → `{ story: "st-9" }` */
function tagsIn(text: string): Record<string, string> {
  const [key = "", value = ""] = text.split("=");
  return { [key]: value };
}
