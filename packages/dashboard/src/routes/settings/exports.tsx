import { DIMENSIONS } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { metaQuestion } from "../../api/questions.ts";
import { serverUrl } from "../../api/server-url.ts";
import { FilterChips } from "../../filters/filter-chips.tsx";
import { dimensionLabel } from "../../filters/filter.ts";
import { PERIODS } from "../../filters/periods.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { withPeriod } from "../../filters/search.ts";
import { Card } from "../../ui/card.tsx";
import { mainButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";

const FORMATS = [
  { value: "csv", label: "CSV, for spreadsheets" },
  { value: "jsonl", label: "JSON, a line for each" },
  { value: "json", label: "JSON" },
] as const;
type Format = (typeof FORMATS)[number]["value"];

/** Calls, or sums of them, as a file. The server sends it piece by piece, of any size. */
export function Exports() {
  const { view, change } = usePageSearch();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const [format, setFormat] = useState<Format>("csv");
  const [by, setBy] = useState("");
  const period = "name" in view.range ? view.range.name : "custom";
  const params = new URLSearchParams({ format });
  if ("name" in view.range) params.set("period", view.range.name);
  else {
    params.set("from", view.range.from);
    params.set("to", view.range.to);
  }
  if (view.timeZone !== undefined) params.set("tz", view.timeZone);
  for (const filter of view.filters) params.append("filter", filter);
  if (by !== "") {
    params.set("by", by);
    params.set("metrics", "cost,calls,errors,tokens,inputTokens,cacheReadTokens,outputTokens,unpricedCalls");
  }
  return (
    <Card id="exports" title="Exports">
      <div className="flex flex-col items-start gap-5 p-4 sm:px-5">
        <div className="flex flex-wrap gap-x-6 gap-y-3">
          <Select
            label="What"
            showLabel="above"
            options={[
              { value: "", label: "Every call" },
              ...["day", "hour", "month", ...DIMENSIONS, ...tagKeys.map((key) => `tag:${key}`)].map((name) => ({
                value: name as string,
                label: `Sums by ${dimensionLabel(name).toLowerCase()}`,
              })),
            ]}
            value={by}
            onChange={setBy}
          />
          <Select
            label="Of"
            showLabel="above"
            options={[
              ...PERIODS.map(({ name, inWords }) => ({ value: name as string, label: inWords })),
              ...(PERIODS.some(({ name }) => name === period) ? [] : [{ value: period, label: "the chosen days" }]),
            ]}
            value={period}
            onChange={(name) => {
              const known = PERIODS.find((one) => one.name === name);
              if (known !== undefined) change((search) => withPeriod(search, known.name));
            }}
          />
          <Select label="As" showLabel="above" options={FORMATS} value={format} onChange={setFormat} />
        </div>
        <FilterChips />
        <a href={serverUrl(`/api/v1/export?${params.toString()}`)} download className={`${mainButton} gap-2`}>
          <Icon name="download" />
          Download
        </a>
        <p className="max-w-2xl text-[0.8125rem] text-muted">
          The same file comes from the terminal: <code className="font-mono">outlay export --help</code>, and from the
          API: <code className="font-mono break-all">GET /api/v1/export?{params.toString()}</code>
        </p>
      </div>
    </Card>
  );
}
