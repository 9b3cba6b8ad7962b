import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { priceMatchQuestion } from "../../api/prices.ts";
import { Card } from "../../ui/card.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { LAYERS, rateText } from "./price-words.ts";
import { usePriceState } from "./use-price-state.ts";

/** Which price a call with this model's name would get, and how it is found. */
export function PriceTest() {
  const [asked, setAsked] = useState<{ provider: string; model: string } | null>(null);
  return (
    <Card id="test" title="Which price would this model get?">
      <div className="flex flex-col gap-4 p-4 sm:px-5">
        <Form
          action="Look it up"
          onSubmit={async ({ provider = "", model = "" }) =>
            setAsked({ provider: provider.trim(), model: model.trim() })
          }
        >
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Provider" name="provider" placeholder="anthropic" autoComplete="off" required />
            <Field
              label="Model, as the call names it"
              name="model"
              placeholder="claude-sonnet-4-5-20250929"
              autoComplete="off"
              required
            />
          </div>
        </Form>
        {asked === null ? null : <Outcome provider={asked.provider} model={asked.model} />}
      </div>
    </Card>
  );
}

function Outcome({ provider, model }: { provider: string; model: string }) {
  const { data, error } = useQuery(priceMatchQuestion(provider, model));
  const { change } = usePriceState();
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return null;
  if (!data.found) {
    return (
      <output className="rounded-lg bg-raised px-4 py-3">
        <span className="font-medium">No price is known.</span> <span className="text-muted">{data.reason}</span>
      </output>
    );
  }
  const { version, how, note } = data;
  return (
    <output className="flex flex-col gap-1 rounded-lg bg-raised px-4 py-3">
      <span>
        <button
          type="button"
          onClick={() => change((now) => ({ ...now, provider: version.provider, model: version.model }))}
          className="font-medium underline decoration-control underline-offset-4"
        >
          {version.provider} {version.model}
        </button>{" "}
        <span className="text-muted">
          {HOW[how]}; input {rateText(version.rates.input)}, output {rateText(version.rates.output)} per million tokens
          ({LAYERS[version.layer].label})
        </span>
      </span>
      {note === undefined ? null : <span className="text-[0.8125rem] text-muted">{note}</span>}
    </output>
  );
}

const HOW = {
  exact: "by its exact name",
  alias: "under another of its names",
  approximate: "as the nearest relative, marked as approximate",
} as const;
