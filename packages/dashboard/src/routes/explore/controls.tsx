import { METRICS } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../../api/questions.ts";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import { GRAIN_OPTIONS, METRIC_OPTIONS, dimensionOptions } from "./choices-in-words.ts";
import { TOPS, useChoices } from "./explore-state.ts";

/** What is asked: a metric, of which groups, how many of them, over which steps of time. */
export function Controls() {
  const { choices, choose } = useChoices();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const { metric, group, second, rank, grain } = choices;
  const dimensions = dimensionOptions(withKnown(tagKeys, [group, second]));
  const isOne = group === null;
  return (
    <section
      aria-label="Question"
      className="grid grid-cols-2 items-end gap-x-3 gap-y-3 rounded-xl border border-line bg-surface px-4 py-3.5 sm:grid-cols-3 sm:px-5 xl:grid-cols-[repeat(3,minmax(0,1.2fr))_minmax(0,0.7fr)_minmax(0,1.4fr)_minmax(0,1fr)_auto]"
    >
      <Select
        label="Metric"
        showLabel="above"
        options={METRIC_OPTIONS}
        value={metric}
        onChange={(next) => choose({ metric: next })}
      />
      <Select
        label="Group by"
        showLabel="above"
        options={[{ value: NOTHING, label: "Nothing" }, ...dimensions]}
        value={group ?? NOTHING}
        onChange={(next) => choose({ group: next === NOTHING ? null : next })}
      />
      {isOne ? null : (
        <>
          <Select
            label="Then by"
            showLabel="above"
            options={[{ value: NOTHING, label: "Nothing" }, ...dimensions.filter(({ value }) => value !== group)]}
            value={second ?? NOTHING}
            onChange={(next) => choose({ second: next === NOTHING ? null : next })}
          />
          <TopSelect />
          <div className="flex min-w-0 items-end gap-1.5">
            <Select
              label="Ranked by"
              showLabel="above"
              className="min-w-0 grow"
              options={METRIC_OPTIONS}
              value={rank.metric}
              onChange={(next) => choose({ rank: { ...rank, metric: next } })}
            />
            <button
              type="button"
              title={rank.descending ? "Most first; change to least first" : "Least first; change to most first"}
              aria-label={rank.descending ? "Most first" : "Least first"}
              onClick={() => choose({ rank: { ...rank, descending: !rank.descending } })}
              className="inline-flex size-9 shrink-0 items-center justify-center rounded-lg border border-line text-muted hover:border-control hover:text-ink"
            >
              <Icon name="up" className={rank.descending ? "rotate-180" : ""} />
            </button>
          </div>
        </>
      )}
      <Select
        label="Steps of time"
        showLabel="above"
        options={GRAIN_OPTIONS}
        value={grain}
        onChange={(next) => choose({ grain: next })}
      />
      {METRICS[metric].additive && grain !== "none" ? <CumulativeToggle /> : null}
    </section>
  );
}

/** How many groups are shown. */
export function TopSelect() {
  const { choices, choose } = useChoices();
  return (
    <Select
      label="Show"
      showLabel="above"
      options={TOPS.map((value) => ({ value, label: `Top ${value}` }))}
      value={TOPS.find((value) => value === String(choices.top)) ?? "7"}
      onChange={(next) => choose({ top: Number(next) })}
    />
  );
}

function CumulativeToggle() {
  const { choices, choose } = useChoices();
  const { isCumulative } = choices;
  return (
    <button
      type="button"
      aria-pressed={isCumulative}
      title="Each step added to those before it"
      onClick={() => choose({ isCumulative: !isCumulative })}
      className="inline-flex h-9 items-center gap-2 rounded-lg border border-line px-3 text-[0.8125rem] font-medium whitespace-nowrap text-muted hover:border-control aria-pressed:text-ink"
    >
      <span
        aria-hidden="true"
        className={`flex size-4 items-center justify-center rounded-sm border ${isCumulative ? "border-strong bg-strong text-on-strong" : "border-control"}`}
      >
        {isCumulative ? <Icon name="check" className="size-3.5" /> : null}
      </span>
      Cumulative
    </button>
  );
}

/** Tags of the address that no call has yet are choices nevertheless. */
export function withKnown(tagKeys: readonly string[], dimensions: readonly (string | null)[]): string[] {
  const asked = dimensions.flatMap((name) => (name?.startsWith("tag:") === true ? [name.slice(4)] : []));
  return [...new Set([...tagKeys, ...asked])];
}

const NOTHING = "none";
