import { InvalidInput, METRICS, parseUsd, shown, type Metric } from "@outlay/core";
import type { StoredEvent } from "../storage/storage.ts";
import type { ExportFile, QueryAnswer, QueryParams, ResolvedQuery, Row } from "./answers.ts";
import { ask } from "./ask.ts";
import { daysIn, findPeriod, parsePeriod } from "./asked-period.ts";
import { csvLine } from "./csv.ts";
import { EVENT_COLUMNS } from "./event-columns.ts";
import { parseFilters } from "./filters.ts";
import type { Ledger } from "./ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "./parameters.ts";
import { parquetFile, PARQUET_TYPE } from "./parquet.ts";
import { QUESTION_PARAMETERS, questionOf } from "./question.ts";
import { csvCellOf, type TypedColumn } from "./typed-column.ts";
import { wireEvent } from "./wire-event.ts";

const FORMATS = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
  parquet: PARQUET_TYPE,
} as const;
type Format = keyof typeof FORMATS;

const PAGE_SIZE = 500;

/**
 * Events as a file, in order of arrival: `format=csv|json|jsonl|parquet` (csv unless asked otherwise). Parameters are
 * checked before the promise resolves; only reading the body can fail afterwards.
 */
export async function exportEvents(ledger: Ledger, params: QueryParams): Promise<ExportFile> {
  const parameters = readParameters(params, ["format", ...PERIOD_PARAMETERS, ...FILTER_PARAMETERS]);
  const format = readFormat(parameters);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone });
  const filters = parseFilters(parameters.all("filter"));
  const period = await findPeriod(ledger, asked);
  const { startMs, endMs } = period;
  const pages = ledger.storage.scanEvents({ startMs, endMs, filters, pageSize: PAGE_SIZE });
  return fileOf("events", format, period, EVENT_WRITERS[format](pages));
}

/** The rows of a question (`by`, `metrics`, …) as a file. JSON has the whole answer, the others only its rows. */
export async function exportRows(ledger: Ledger, params: QueryParams): Promise<ExportFile> {
  const parameters = readParameters(params, ["format", ...QUESTION_PARAMETERS]);
  const format = readFormat(parameters);
  const answer = await ask(ledger, questionOf(parameters, { now: ledger.now(), timeZone: ledger.timeZone }));
  const { start, end } = answer.query.period;
  const range = { startMs: Date.parse(start), endMs: Date.parse(end) };
  return fileOf(answer.query.by.join("-") || "totals", format, range, rowsIn(format, answer));
}

function fileOf(
  what: string,
  format: Format,
  range: { startMs: number; endMs: number },
  body: AsyncIterable<string | Uint8Array>,
): ExportFile {
  const subject = what.replaceAll(/[^\w-]+/g, "-").slice(0, 60);
  const filename = `outlay-${subject}-${daysIn(range)}.${format}`;
  return { contentType: FORMATS[format], filename, body };
}

function readFormat(parameters: Parameters): Format {
  const text = parameters.one("format") ?? "csv";
  if (Object.hasOwn(FORMATS, text)) return text as Format;
  throw new InvalidInput(
    "unknown_format",
    `format is ${shown(text)}; expected one of ${Object.keys(FORMATS).join(", ")}`,
    {
      field: "format",
    },
  );
}

const EVENT_WRITERS: Record<Format, (pages: AsyncIterable<StoredEvent[]>) => AsyncIterable<string | Uint8Array>> = {
  async *csv(pages) {
    yield csvLine(EVENT_COLUMNS.map(({ name }) => name));
    for await (const page of pages) {
      yield page.map((event) => csvLine(EVENT_COLUMNS.map((column) => csvCellOf(column, event)))).join("");
    }
  },
  async *json(pages) {
    let separator = "[\n";
    for await (const page of pages) {
      if (page.length === 0) continue;
      yield separator + page.map((event) => JSON.stringify(wireEvent(event))).join(",\n");
      separator = ",\n";
    }
    yield separator === "[\n" ? "[]\n" : "\n]\n";
  },
  async *jsonl(pages) {
    for await (const page of pages) yield page.map((event) => `${JSON.stringify(wireEvent(event))}\n`).join("");
  },
  parquet: (pages) => parquetFile(EVENT_COLUMNS, pages),
};

async function* rowsIn(format: Format, answer: QueryAnswer): AsyncIterable<string | Uint8Array> {
  const { query, rows } = answer;
  if (format === "parquet") {
    yield* parquetFile(columnsOf(query), [rows]);
    return;
  }
  if (format === "json") {
    yield `${JSON.stringify(answer, null, 2)}\n`;
    return;
  }
  const columns = [...query.by, ...query.metrics];
  if (format === "csv") yield csvLine([...columns, "other"]);
  for (let start = 0; start < rows.length; start += PAGE_SIZE) {
    const page = rows.slice(start, start + PAGE_SIZE);
    yield format === "csv"
      ? page.map((row) => csvLine([...columns.map((column) => row[column]), row.other])).join("")
      : page.map((row) => `${JSON.stringify(row)}\n`).join("");
  }
}

function columnsOf({ by, metrics }: ResolvedQuery): TypedColumn<Row>[] {
  return [
    ...by.map((name): TypedColumn<Row> => ({ name, type: "text", valueOf: (row) => row[name] })),
    ...metrics.map((metric) => metricColumn(metric)),
    { name: "other", type: "flag", valueOf: (row) => row["other"] === true },
  ];
}

function metricColumn(metric: Metric): TypedColumn<Row> {
  const { unit, additive } = METRICS[metric];
  const valueOf = (row: Row) => row[metric] as number | null;
  if (unit === "usd" || unit === "usdPerCall") {
    return {
      name: metric,
      type: "money",
      valueOf: (row) => (row[metric] == null ? null : parseUsd(row[metric] as number)),
    };
  }
  return { name: metric, type: additive || unit === "count" ? "whole" : "number", valueOf };
}
