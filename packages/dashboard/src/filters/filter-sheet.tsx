import { DIMENSIONS } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { metaQuestion, valuesQuestion } from "../api/questions.ts";
import { Icon } from "../ui/icon.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { FilterChips } from "./filter-chips.tsx";
import { UNATTRIBUTED, dimensionLabel, filterText, toggleFilter } from "./filter.ts";
import { FilterSubject } from "./filter-subject.tsx";
import type { Verb } from "./filter-subject.tsx";
import { CompareToggle, TimeZoneSelect } from "./filter-bar.tsx";
import { PeriodMenu } from "./period-menu.tsx";
import { withFilters } from "./search.ts";
import { usePageSearch } from "./use-search.ts";

/** Adds filters; on a phone also holds what has no room beside the numbers: period, comparison, zone. */
export function FilterSheet({ onClose }: { onClose: () => void }) {
  const { view } = usePageSearch();
  return (
    <Sheet title="Filters" onClose={onClose}>
      <div className="flex flex-col gap-3 md:hidden">
        <PeriodMenu className="flex-wrap" />
        <div className="flex flex-wrap items-center gap-2">
          <CompareToggle />
          <TimeZoneSelect className="min-w-0 grow" />
        </div>
      </div>
      {view.filters.length > 0 ? <FilterChips /> : null}
      <ValuePicker onDone={onClose} />
    </Sheet>
  );
}

function ValuePicker({ onDone }: { onDone: () => void }) {
  const { view, change } = usePageSearch();
  const meta = useQuery(metaQuestion);
  const [dimension, setDimension] = useState<string>("model");
  const [verb, setVerb] = useState<Verb>("is");
  const [text, setText] = useState("");
  const values = useQuery(valuesQuestion(dimension, text));

  const textOf = (value: string) => filterText({ dimension, value, exclude: verb === "not" });
  const choose = (value: string) => {
    change((search) => withFilters(search, toggleFilter(view.filters, textOf(value))));
    onDone();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") choose(text.trim());
  };
  const dimensions = [...DIMENSIONS, ...(meta.data?.tagKeys ?? []).map((key) => `tag:${key}`)];
  const listed = values.data?.values ?? [];
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <FilterSubject
          label="Filter by"
          dimensions={dimensions}
          dimension={dimension}
          onDimension={(next) => {
            setDimension(next);
            setText("");
          }}
          verb={verb}
          onVerb={setVerb}
        />
      </div>
      <label className="flex flex-col gap-1.5 text-[0.8125rem] text-muted">
        Value; * stands for any characters
        <input
          type="search"
          data-autofocus
          value={text}
          maxLength={512}
          autoComplete="off"
          spellCheck={false}
          placeholder={PLACEHOLDERS[dimension] ?? "Search"}
          onChange={(event) => setText(event.target.value)}
          className="h-10 rounded-lg border border-control bg-surface px-3 text-sm text-ink"
        />
      </label>
      <ul className="-mx-2 flex max-h-72 flex-col overflow-y-auto">
        {text.includes("*") ? (
          <ValueRow label={`Everything like ${text}`} isOn={false} onClick={() => choose(text)} />
        ) : null}
        {listed.map((value) => (
          <ValueRow
            key={value}
            label={value}
            isOn={view.filters.includes(textOf(value))}
            onClick={() => choose(value)}
          />
        ))}
        {text === "" ? (
          <ValueRow label={UNATTRIBUTED} muted isOn={view.filters.includes(textOf(""))} onClick={() => choose("")} />
        ) : null}
      </ul>
      {values.isSuccess && listed.length === 0 && text !== "" && !text.includes("*") ? (
        <p className="text-muted">
          No {dimensionLabel(dimension).toLowerCase()} contains “{text}”.
        </p>
      ) : null}
    </form>
  );
}

function ValueRow(props: { label: string; isOn: boolean; muted?: boolean; onClick: () => void }) {
  return (
    <li>
      <button
        type="button"
        aria-pressed={props.isOn}
        onClick={props.onClick}
        className={`flex min-h-9 w-full items-center gap-2 rounded-lg px-2 text-left hover:bg-raised ${props.muted ? "text-muted" : ""}`}
      >
        <span className="min-w-0 grow break-words">{props.label}</span>
        {props.isOn ? <Icon name="check" /> : null}
      </button>
    </li>
  );
}

const PLACEHOLDERS: Record<string, string> = { model: "claude-*", provider: "anthropic", user: "u-1", status: "error" };
