import { useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { createKey } from "../../api/keys.ts";
import { live } from "../../api/live.ts";
import { FIGURES } from "../../api/questions.ts";
import { serverUrl } from "../../api/server-url.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { oneIn, usePageState } from "../../filters/use-page-state.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { FIRST_WAYS, firstSnippet } from "./first-snippet.ts";
import type { FirstWay } from "./first-snippet.ts";

/** Nothing has been recorded yet: how to record the first call. The page changes by itself when it arrives. */
export function FirstRun() {
  const { status } = useSyncExternalStore(live.watch, live.state);
  const { state, change } = usePageState(readWay);
  const viewer = useViewer();
  const [token, setToken] = useState<string | null>(null);
  const way = state.way ?? "curl";
  const needsKey = viewer !== undefined && viewer.person !== null;
  const snippet = firstSnippet(way, serverUrl("/"), needsKey ? (token ?? "outlay_…") : null);
  return (
    <section aria-labelledby="first-run" className="mx-auto mt-6 flex w-full max-w-2xl flex-col gap-5 sm:mt-14">
      <div>
        <h2 id="first-run" className="text-2xl font-semibold tracking-[-0.025em]">
          Record your first call
        </h2>
        <p className="mt-2 text-muted">
          Outlay prices every model call that it is told about. Send one, and this page fills itself.
        </p>
      </div>
      <div className="-mx-4 overflow-x-auto px-4 sm:mx-0 sm:px-0">
        <Segmented
          label="Way to record"
          options={FIRST_WAYS.map(({ name, label }) => ({ value: name, label }))}
          value={way}
          onChange={(next) => change(() => (next === "curl" ? {} : { way: next }))}
        />
      </div>
      <div className="overflow-hidden rounded-xl border border-line bg-surface">
        <div className="flex items-center justify-between gap-4 border-b border-line py-2 pr-2 pl-4">
          <span className="text-[0.8125rem] text-muted">{FIRST_WAYS.find(({ name }) => name === way)?.hint}</span>
          <CopyButton text={snippet} />
        </div>
        <pre className="p-4 font-mono text-[0.8125rem] leading-relaxed break-words whitespace-pre-wrap">{snippet}</pre>
      </div>
      {needsKey && token === null ? <KeyMaker onMade={setToken} mayMake={viewer.isAdministrator} /> : null}
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

/** A key that may record and go through the gateway, filled into the snippet. It is shown this once. */
function KeyMaker({ onMade, mayMake }: { onMade: (token: string) => void; mayMake: boolean }) {
  const queries = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const [isMaking, setMaking] = useState(false);
  if (!mayMake) return <p className="text-muted">An administrator gives you a key to put in place of the dots.</p>;
  const make = async () => {
    setMaking(true);
    setProblem(null);
    try {
      const { token } = await createKey({ name: "first call", scopes: ["ingest", "gateway"] });
      onMade(token);
      await queries.invalidateQueries({ queryKey: [FIGURES] });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setMaking(false);
    }
  };
  return (
    <div className="flex flex-col items-start gap-2">
      <button type="button" disabled={isMaking} onClick={() => void make()} className={smallButton}>
        Make a key and fill it in
      </button>
      <p className="text-[0.8125rem] text-muted">It may record calls and use the gateway, and is shown this once.</p>
      {problem === null ? null : <Problem>{problem}</Problem>}
    </div>
  );
}

function readWay(raw: Record<string, unknown>): { way?: FirstWay } {
  const way = oneIn(
    raw,
    "way",
    FIRST_WAYS.map(({ name }) => name),
  );
  return way === undefined ? {} : { way };
}
