import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { metaQuestion, valuesQuestion } from "../api/questions.ts";
import { filterInWords, filterText, parseFilter } from "../filters/filter.ts";
import { FilterSubject } from "../filters/filter-subject.tsx";
import type { Verb } from "../filters/filter-subject.tsx";
import { smallButton } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";

/** Whose spending counts: filters as chips, and fields to add one, with the values that have been seen. */
export function FilterEditor({
  filters,
  onChange,
  dimensions,
}: {
  filters: readonly string[];
  onChange: (filters: string[]) => void;
  /** That can be asked for. */
  dimensions: readonly string[];
}) {
  const [dimension, setDimension] = useState("project");
  const [verb, setVerb] = useState<Verb>("is");
  const [value, setValue] = useState("");
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const values = useQuery(valuesQuestion(dimension, value)).data?.values ?? [];
  const add = () => {
    if (value.trim() === "") return;
    const text = filterText({ dimension, value: value.trim(), exclude: verb === "not" });
    if (!filters.includes(text)) onChange([...filters, text]);
    setValue("");
  };
  return (
    <div className="flex flex-col gap-2.5">
      {filters.length === 0 ? (
        <p className="text-[0.8125rem] text-muted">Everything counts, whatever its source.</p>
      ) : (
        <ul className="flex flex-wrap gap-1.5">
          {filters.map((text) => (
            <Chip key={text} text={text} onRemove={() => onChange(filters.filter((other) => other !== text))} />
          ))}
        </ul>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <FilterSubject
          label="Only calls whose"
          dimensions={[...dimensions, ...tagKeys.map((key) => `tag:${key}`)]}
          dimension={dimension}
          onDimension={(next) => {
            setDimension(next);
            setValue("");
          }}
          verb={verb}
          onVerb={setVerb}
        />
        <div className="flex min-w-0 grow basis-56 gap-2">
          <input
            aria-label="Value to filter by"
            list="filter-values"
            value={value}
            maxLength={512}
            autoComplete="off"
            spellCheck={false}
            placeholder="Value; * for anything"
            onChange={(event) => setValue(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              // Enter adds the filter; it does not send the form.
              event.preventDefault();
              add();
            }}
            className="h-9 min-w-0 grow rounded-lg border border-control bg-surface px-3 text-sm"
          />
          <datalist id="filter-values">
            {values.map((known) => (
              <option key={known}>{known}</option>
            ))}
          </datalist>
          <button type="button" onClick={add} className={smallButton}>
            <Icon name="plus" />
            Add
          </button>
        </div>
      </div>
    </div>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  const filter = parseFilter(text);
  if (filter === null) return null;
  const { dimension, verb, value } = filterInWords(filter);
  return (
    <li className="flex max-w-full items-center rounded-lg border border-line bg-raised pl-2.5 text-[0.8125rem]">
      <span className="min-w-0 truncate" title={text}>
        <span className="text-muted">
          {dimension} {verb}
        </span>{" "}
        {value}
      </span>
      <button
        type="button"
        onClick={onRemove}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-muted hover:text-ink"
      >
        <Icon name="close" className="size-3" />
        <span className="sr-only">Remove the filter {text}</span>
      </button>
    </li>
  );
}
