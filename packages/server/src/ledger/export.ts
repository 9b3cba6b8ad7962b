import { InvalidInput, shown, usdNumber } from "@outlay/core";
import type { StoredEvent } from "../storage/storage.ts";
import type { ExportFile, QueryAnswer, QueryParams } from "./answers.ts";
import { ask } from "./ask.ts";
import { findPeriod, parsePeriod } from "./asked-period.ts";
import { csvLine, type Cell } from "./csv.ts";
import { parseFilters } from "./filters.ts";
import type { Ledger } from "./ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters, type Parameters } from "./parameters.ts";
import { QUESTION_PARAMETERS, questionOf } from "./question.ts";
import { wireEvent } from "./wire-event.ts";

const FORMATS = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
} as const;
type Format = keyof typeof FORMATS;

const PAGE_SIZE = 500;

/**
 * Events as a file, in order of arrival: `format=csv|json|jsonl` (csv unless asked otherwise). Parameters are
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
  body: AsyncIterable<string>,
): ExportFile {
  const subject = what.replaceAll(/[^\w-]+/g, "-").slice(0, 60);
  const filename = `outlay-${subject}-${utcDay(range.startMs)}-${utcDay(range.endMs - 1)}.${format}`;
  return { contentType: FORMATS[format], filename, body };
}

function utcDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
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

const EVENT_WRITERS: Record<Format, (pages: AsyncIterable<StoredEvent[]>) => AsyncIterable<string>> = {
  async *csv(pages) {
    yield csvLine(Object.keys(EVENT_COLUMNS));
    const columns = Object.values(EVENT_COLUMNS);
    for await (const page of pages) {
      yield page.map((event) => csvLine(columns.map((cellOf) => cellOf(event)))).join("");
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
};

async function* rowsIn(format: Format, answer: QueryAnswer): AsyncIterable<string> {
  const { query, rows } = answer;
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

function usdCell(nanoUsd: number | null): Cell {
  return nanoUsd === null ? null : usdNumber(nanoUsd);
}

function jsonCell(value: object | undefined): Cell {
  return value === undefined ? null : JSON.stringify(value);
}

const EVENT_COLUMNS: Record<string, (event: StoredEvent) => Cell> = {
  id: (event) => event.id,
  occurredAt: (event) => new Date(event.occurredAtMs).toISOString(),
  provider: (event) => event.provider,
  model: (event) => event.model,
  requestedModel: (event) => event.requestedModel,
  operation: (event) => event.operation,
  costUsd: (event) => usdCell(event.costNanoUsd),
  basis: (event) => event.basis,
  computedCostUsd: (event) => usdCell(event.computedNanoUsd),
  reportedCostUsd: (event) => usdCell(event.reportedNanoUsd),
  cacheSavingsUsd: (event) => usdCell(event.cacheSavingsNanoUsd),
  avoidedUsd: (event) => usdCell(event.avoidedNanoUsd),
  priceId: (event) => event.priceId,
  approximate: (event) => event.approximate,
  inputTokens: (event) => event.usage.inputTokens,
  cacheReadTokens: (event) => event.usage.cacheReadTokens,
  cacheWriteTokens: (event) => event.usage.cacheWriteTokens,
  cacheWrite1hTokens: (event) => event.usage.cacheWrite1hTokens,
  outputTokens: (event) => event.usage.outputTokens,
  reasoningTokens: (event) => event.usage.reasoningTokens,
  inputAudioTokens: (event) => event.usage.inputAudioTokens,
  outputAudioTokens: (event) => event.usage.outputAudioTokens,
  cacheReadAudioTokens: (event) => event.usage.cacheReadAudioTokens,
  inputImageTokens: (event) => event.usage.inputImageTokens,
  outputImageTokens: (event) => event.usage.outputImageTokens,
  images: (event) => event.usage.images,
  imageSize: (event) => event.usage.imageSize,
  imageQuality: (event) => event.usage.imageQuality,
  audioSeconds: (event) => event.usage.audioSeconds,
  characters: (event) => event.usage.characters,
  pages: (event) => event.usage.pages,
  searches: (event) => event.usage.searches,
  searchContext: (event) => event.usage.searchContext,
  requests: (event) => event.usage.requests,
  serviceTier: (event) => event.serviceTier,
  geo: (event) => event.geo,
  user: (event) => event.user,
  team: (event) => event.team,
  project: (event) => event.project,
  customer: (event) => event.customer,
  agent: (event) => event.agent,
  activity: (event) => event.activity,
  category: (event) => event.category,
  session: (event) => event.session,
  trace: (event) => event.trace,
  span: (event) => event.span,
  environment: (event) => event.environment,
  credential: (event) => event.credential,
  tags: (event) => jsonCell(event.tags),
  durationMs: (event) => event.durationMs,
  timeToFirstTokenMs: (event) => event.timeToFirstTokenMs,
  streaming: (event) => event.streaming,
  success: (event) => event.success,
  errorType: (event) => event.errorType,
  errorMessage: (event) => event.errorMessage,
  attempt: (event) => event.attempt,
  score: (event) => event.score,
  variant: (event) => event.variant,
  cacheHit: (event) => event.cacheHit,
  source: (event) => event.source,
  metadata: (event) => jsonCell(event.metadata),
};
