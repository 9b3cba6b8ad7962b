import { Snippet } from "../../ui/snippet.tsx";

/** Nobody is asked yet: which command begins it, and for whom it can. */
export function HowToBegin() {
  return (
    <section
      aria-labelledby="begin"
      className="flex flex-col gap-4 rounded-xl border border-dashed border-control px-5 py-8"
    >
      <div className="mx-auto flex w-full max-w-2xl flex-col gap-4">
        <div>
          <h2 id="begin" className="text-lg font-semibold tracking-[-0.01em]">
            No provider is asked yet
          </h2>
          <p className="mt-1 text-muted">
            Providers count calls too, and bill by their own counts. Let Outlay ask them, and this page holds both
            against each other: day by day, model by model.
          </p>
        </div>
        <Snippet label="In a terminal: it asks for the key, and does not show it" text={ASKED} />
        <p className="text-[0.8125rem] text-muted">
          So can Anthropic, OpenRouter, GitHub, Cursor, xAI, Mistral and DeepSeek be asked. A key needs other rights
          than one for calls: <code className="font-mono">docs/sync.md</code> says which. It is kept encrypted, and sent
          to its provider only.
        </p>
        <Snippet label="Costs of clouds come from the files that they export" text={EXPORTED} />
        <p className="text-[0.8125rem] text-muted">What is fetched is never added to recorded calls.</p>
      </div>
    </section>
  );
}

const ASKED = "outlay sync add openai --since 2026-01-01";
const EXPORTED = `outlay sync aws --path cost-export.csv.gz
outlay sync azure --path exports/
outlay sync google --path billing.csv`;
