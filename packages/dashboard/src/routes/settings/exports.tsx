import { DIMENSIONS } from "@outlay/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { metaQuestion } from "../../api/questions.ts";
import { serverUrl } from "../../api/server-url.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { FilterChips } from "../../filters/filter-chips.tsx";
import { dimensionLabel } from "../../filters/filter.ts";
import { PERIODS } from "../../filters/periods.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { withPeriod } from "../../filters/search.ts";
import { Card } from "../../ui/card.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import { ScheduledReports } from "./scheduled-reports.tsx";

const FORMATS = [
  { value: "csv", label: "CSV, for spreadsheets" },
  { value: "jsonl", label: "JSON, a line for each" },
  { value: "json", label: "JSON" },
  { value: "parquet", label: "Parquet, for warehouses" },
] as const;
type Format = (typeof FORMATS)[number]["value"];
/** What FOCUS is written as. */
const FOCUS_FORMATS = FORMATS.filter(({ value }) => value === "csv" || value === "parquet");
const FOCUS = "focus";

/** Calls, or sums of them, as a file, and what comes by itself. */
export function Exports() {
  const isAdministrator = useViewer()?.isAdministrator ?? false;
  return (
    <>
      <ExportCard />
      {isAdministrator ? <ScheduledReports /> : null}
    </>
  );
}

/** The server sends a file piece by piece, of any size. */
function ExportCard() {
  const { view, change } = usePageSearch();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const [format, setFormat] = useState<Format>("csv");
  const [by, setBy] = useState("");
  const period = "name" in view.range ? view.range.name : "custom";
  const formats = by === FOCUS ? FOCUS_FORMATS : FORMATS;
  const chosen = formats.some(({ value }) => value === format) ? format : "csv";
  const params = new URLSearchParams({ format: chosen });
  if ("name" in view.range) params.set("period", view.range.name);
  else {
    params.set("from", view.range.from);
    params.set("to", view.range.to);
  }
  if (view.timeZone !== undefined) params.set("tz", view.timeZone);
  for (const filter of view.filters) params.append("filter", filter);
  if (by !== "" && by !== FOCUS) {
    params.set("by", by);
    params.set("metrics", "cost,calls,errors,tokens,inputTokens,cacheReadTokens,outputTokens,unpricedCalls");
  }
  const path = `/api/v1/export${by === FOCUS ? "/focus" : ""}` as const;
  return (
    <Card id="exports" title="Exports">
      <div className="flex flex-col items-start gap-5 p-4 sm:px-5">
        <div className="flex flex-wrap gap-x-6 gap-y-3">
          <Select
            label="What"
            showLabel="above"
            options={[
              { value: "", label: "Every call" },
              { value: FOCUS, label: "Costs and usage as FOCUS 1.2" },
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
          <Select label="As" showLabel="above" options={formats} value={chosen} onChange={setFormat} />
        </div>
        <FilterChips />
        <div className="flex flex-wrap items-center gap-3">
          <a href={serverUrl(`${path}?${params.toString()}`)} download className={`${mainButton} gap-2`}>
            <Icon name="download" />
            Download
          </a>
          <a
            href={serverUrl(`/api/v1/reports/monthly.pdf?${monthOnly(params).toString()}`)}
            download
            className={smallButton}
          >
            <Icon name="download" />
            Last month as a PDF
          </a>
        </div>
        <p className="max-w-2xl text-[0.8125rem] text-muted">
          The same file comes from the terminal: <code className="font-mono">outlay export --help</code>, and from the
          API:{" "}
          <code className="font-mono break-all">
            GET {path}?{params.toString()}
          </code>
        </p>
      </div>
    </Card>
  );
}

/** What the document of a month takes: its filters and the zone of its days. */
function monthOnly(params: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...params].filter(([name]) => name === "filter" || name === "tz"));
}
