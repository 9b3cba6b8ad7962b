import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { viewParams } from "../../api/params.ts";
import { valuesQuestion } from "../../api/questions.ts";
import { serverUrl } from "../../api/server-url.ts";
import { SESSION_DIMENSIONS, SESSION_ORDERS, sessionFilters } from "../../api/sessions.ts";
import { dimensionLabel, filterText, parseFilter } from "../../filters/filter.ts";
import { withFilters } from "../../filters/search.ts";
import { usePanels } from "../../filters/use-panels.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import { isDollars, useSessionsState } from "./use-sessions-state.ts";

/** Order and cost range; on a desk also model, user, agent and project, which are filters of the whole page. */
export function Toolbar() {
  const { state, change } = useSessionsState();
  const { order = "recent", min, max } = state;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <Select
          label="Sort by"
          options={SESSION_ORDERS.map((value) => ({ value, label: ORDER_LABELS[value] }))}
          value={order}
          onChange={(next) =>
            change(({ order: _order, ...rest }) => (next === "recent" ? rest : { ...rest, order: next }))
          }
        />
        <CostRange min={min ?? ""} max={max ?? ""} />
        <div className="hidden md:contents">
          {SESSION_DIMENSIONS.map((dimension) => (
            <ValueSelect key={dimension} dimension={dimension} />
          ))}
        </div>
        <CsvLink />
      </div>
      {min !== undefined && max !== undefined && Number(min) > Number(max) ? (
        <Problem>The lowest cost is above the highest: no session can match.</Problem>
      ) : null}
    </div>
  );
}

/** The API's own export knows sessions by their calls: what they cost within the period, under all filters. */
function CsvLink() {
  const { view } = usePageSearch();
  const params = viewParams(view);
  params.set("by", "session");
  params.set("metrics", "cost,calls,tokens,inputTokens,cacheReadTokens,outputTokens,errors,unpricedCalls");
  params.set("limit", "10000");
  params.set("format", "csv");
  return (
    <a
      href={serverUrl(`/api/v1/export?${params.toString()}`)}
      download
      title="What each session cost within the period, under all filters; up to 10,000 sessions"
      className={`${smallButton} xl:ml-auto`}
    >
      <Icon name="download" />
      CSV
    </a>
  );
}

/** Two amounts in dollars. Taken when the field is left, or with Enter. */
function CostRange({ min, max }: { min: string; max: string }) {
  const { change } = useSessionsState();
  const [text, setText] = useState({ min, max });
  const [shown, setShown] = useState({ min, max });
  const [wrong, setWrong] = useState<string | null>(null);
  // The address has changed, by "back" for instance.
  if (shown.min !== min || shown.max !== max) {
    setShown({ min, max });
    setText({ min, max });
    setWrong(null);
  }
  const take = (key: "min" | "max") => {
    const value = text[key].trim().replace(/^\$/, "");
    if (value !== "" && !isDollars(value)) {
      setWrong(`“${value}” is no amount in dollars, such as 0.10.`);
      return;
    }
    setWrong(null);
    if (value === (key === "min" ? min : max)) return;
    change(({ [key]: _before, ...rest }) => (value === "" ? rest : { ...rest, [key]: value }));
  };
  const field = (key: "min" | "max", label: string, placeholder: string) => (
    <input
      aria-label={label}
      aria-invalid={wrong !== null || undefined}
      inputMode="decimal"
      autoComplete="off"
      maxLength={20}
      placeholder={placeholder}
      value={text[key]}
      onChange={(event) => setText({ ...text, [key]: event.target.value })}
      onBlur={() => take(key)}
      onKeyDown={(event) => {
        if (event.key === "Enter") take(key);
      }}
      className="h-9 w-20 rounded-lg border border-line bg-surface px-2.5 text-[0.8125rem] tabular-nums hover:border-control"
    />
  );
  return (
    <>
      <fieldset className="flex items-center gap-1.5 text-[0.8125rem] text-muted">
        <legend className="sr-only">Cost of the session in dollars</legend>
        <span aria-hidden="true">Cost $</span>
        {field("min", "Lowest cost in dollars", "any")}
        <span aria-hidden="true">to</span>
        {field("max", "Highest cost in dollars", "any")}
      </fieldset>
      {wrong === null ? null : (
        <p role="alert" className="text-[0.8125rem] text-high">
          {wrong}
        </p>
      )}
    </>
  );
}

/** The filter of the page on one dimension: the values used last, and the panel for all others. */
function ValueSelect({ dimension }: { dimension: (typeof SESSION_DIMENSIONS)[number] }) {
  const { view, change } = usePageSearch();
  const { open } = usePanels();
  const known = useQuery(valuesQuestion(dimension, "")).data?.values ?? [];
  const chosen = sessionFilters(view.filters).applied[dimension];
  const values = chosen === undefined || known.includes(chosen) ? known : [chosen, ...known];
  const label = dimensionLabel(dimension);
  const choose = (value: string) => {
    const others = view.filters.filter((text) => {
      const filter = parseFilter(text);
      return filter?.dimension !== dimension || filter.exclude;
    });
    const text = filterText({ dimension, value: value.replaceAll("*", "\\*"), exclude: false });
    change((search) => withFilters(search, value === "" ? others : [...others, text]));
  };
  return (
    <Select
      label={label}
      className="max-w-44"
      options={[
        { value: "", label: `Any ${label.toLowerCase()}` },
        ...values.map((value) => ({ value: `=${value}`, label: value })),
        { value: "another", label: "Another…" },
      ]}
      value={chosen === undefined ? "" : `=${chosen}`}
      onChange={(value) => {
        if (value === "another") open("filters");
        else choose(value.slice(1));
      }}
    />
  );
}

const ORDER_LABELS = {
  recent: "Most recent",
  cost: "Highest cost",
  tokens: "Most tokens",
  calls: "Most calls",
} as const;
