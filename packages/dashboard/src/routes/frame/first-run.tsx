import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { accountQuestion } from "../../api/account.ts";
import { live } from "../../api/live.ts";
import { serverUrl } from "../../api/server-url.ts";
import { CopyButton } from "../../ui/copy-button.tsx";

/** Nothing has been recorded yet: how to record the first call. The page changes by itself when it arrives. */
export function FirstRun() {
  const { status } = useSyncExternalStore(live.watch, live.state);
  const { data: account } = useQuery(accountQuestion);
  const needsKey = account?.state === "signed_in";
  const snippet = curlSnippet(serverUrl("/api/v1/events"), needsKey);
  return (
    <section aria-labelledby="first-run" className="mx-auto mt-6 flex w-full max-w-2xl flex-col gap-5 sm:mt-14">
      <div>
        <h2 id="first-run" className="text-2xl font-semibold tracking-[-0.025em]">
          Record your first call
        </h2>
        <p className="mt-2 text-muted">
          Outlay prices every model call that it is told about. Send one from a terminal, and this page fills itself.
        </p>
      </div>
      <div className="overflow-hidden rounded-xl border border-line bg-surface">
        <div className="flex items-center justify-between gap-4 border-b border-line py-2 pr-2 pl-4">
          <span className="text-[0.8125rem] text-muted">Terminal</span>
          <CopyButton text={snippet} />
        </div>
        <pre className="p-4 font-mono text-[0.8125rem] leading-relaxed break-words whitespace-pre-wrap">{snippet}</pre>
      </div>
      {needsKey && (
        <p className="text-muted">
          The key comes from <code className="font-mono text-[0.8125rem]">outlay keys create first --scope ingest</code>{" "}
          on the server.
        </p>
      )}
      <output className="flex items-center gap-2.5 text-muted">
        <span aria-hidden="true" className={`size-2 rounded-full ${status === "open" ? "bg-low" : "bg-high"}`} />
        {status === "open" ? "Waiting for the first event…" : "Connecting to the server…"}
      </output>
      <p className="text-muted">
        Every field of an event, and everything that can be asked, is described in the{" "}
        <a href={serverUrl("/api/docs")} className="text-accent underline underline-offset-4">
          API reference
        </a>
        .
      </p>
    </section>
  );
}

function curlSnippet(url: string, needsKey: boolean): string {
  const event = {
    provider: "openai",
    model: "gpt-4.1-mini",
    usage: { inputTokens: 1200, outputTokens: 90 },
    user: "me",
    agent: "first-try",
    durationMs: 840,
  };
  const key = needsKey ? " \\\n  -H 'authorization: Bearer outlay_…'" : "";
  return `curl ${url}${key} \\\n  -H 'content-type: application/json' \\\n  -d '${JSON.stringify(event)}'`;
}
