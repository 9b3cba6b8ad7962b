import type { WireEvent } from "@outlay/core";
import { providerOfCall } from "../../provider-of-model.ts";
import { BadValue, fieldsOf, knownOnly, textOf, type Fields } from "../../read-values.ts";
import { usageOfParts } from "../../usage-of-parts.ts";
import { cellAmount, cellCount, cellInstant, cellText, type CellFormat } from "../cells.ts";
import { Columns, exportFile, type ReadCell, type RowReading } from "../export-file.ts";
import { jsonCell } from "../json-cell.ts";

/** Requests exported from Helicone, as CSV, JSON or JSON lines; facts in the README. */
export const heliconeExport = exportFile({
  name: "helicone-export",
  title: "Helicone requests",
  lists: ["data", "requests"],
  open,
});

const CREATED = ["request_created_at", "created_at", "requestCreatedAt", "createdAt", "timestamp"];
const MODEL = ["response_model", "model", "request_model", "responseModel", "requestModel", "model_override"];

function open(names: string[] | null, format: CellFormat): (row: Fields) => RowReading {
  const columns = new Columns(names);
  columns.need(...CREATED);
  columns.need(...MODEL);
  const properties = (names ?? []).flatMap((column): [string, string][] => {
    const key = /^(?:property|properties|request_properties)[._](.+)$/i.exec(column)?.[1];
    return key === undefined ? [] : [[column, key]];
  });
  return (row) => {
    const flat = Object.fromEntries(properties.map(([column, key]) => [key, row[column]]));
    return readRow((...spellings) => columns.cell(row, ...spellings), flat, format);
  };
}

function readRow(cell: ReadCell, flat: Fields, format: CellFormat): RowReading {
  const occurredAt = cellInstant(cell(...CREATED), "request_created_at", format);
  if (occurredAt === null) throw new BadValue("request_created_at is missing");
  const model = cellText(cell(...MODEL)) ?? "unknown";
  const requestedModel = cellText(cell("request_model", "requestModel"));
  const id = cellText(cell("request_id", "requestId", "helicone_request_id", "id"));
  const status = cellCount(cell("response_status", "status", "status_code"), "response_status", format);
  const isCached = /^(true|1)$/i.test(cellText(cell("cache_hit", "cached", "from_cache", "is_cached")) ?? "");
  const failed = status !== null && (status >= 400 || status < 0);
  const properties = { ...fieldsOf(jsonCell(cell("request_properties", "properties"))), ...flat };
  const usage = usageOf(cell, format);
  const { session, tags } = ownWords(properties);
  const event: Omit<WireEvent, "id"> = {
    occurredAt,
    provider: providerOfCall(cellText(cell("provider"))?.toLowerCase() ?? null, model),
    model,
    operation: "chat",
    usage,
    success: !failed,
    ...(failed ? { errorType: `http_${status}` } : {}),
    ...(isCached ? { cacheHit: true } : {}),
    ...knownOnly({
      requestedModel: requestedModel === model ? null : requestedModel,
      user: cellText(cell("request_user_id", "user_id", "helicone_user", "user")),
      session,
      durationMs: cellAmount(cell("delay_ms", "latency", "latency_ms"), "delay_ms", format),
      timeToFirstTokenMs: cellAmount(cell("time_to_first_token", "ttft"), "time_to_first_token", format),
    }),
    tags,
    // reckoned by Helicone from its price list, as we do
    metadata: knownOnly({ toolCostUsd: cellAmount(cell("cost", "costUSD", "cost_usd"), "cost", format) }),
  };
  return { id: id ?? { of: [occurredAt, model, usage] }, event };
}

/** Whether the prompt has the cached tokens inside differs by provider; the total tells, where there is one. */
function usageOf(cell: ReadCell, format: CellFormat): WireEvent["usage"] {
  const count = (column: string, ...more: string[]) => cellCount(cell(column, ...more), column, format) ?? undefined;
  const prompt = count("prompt_tokens", "promptTokens");
  const completion = count("completion_tokens", "completionTokens");
  const read = count("prompt_cache_read_tokens", "promptCacheReadTokens");
  const write = count("prompt_cache_write_tokens", "promptCacheWriteTokens");
  const reasoning = count("reasoning_tokens", "completion_reasoning_tokens");
  const total = count("total_tokens", "totalTokens");
  const cached = (read ?? 0) + (write ?? 0);
  const isBeside =
    cached > (prompt ?? 0) || (total !== undefined && total === (prompt ?? 0) + (completion ?? 0) + cached);
  const usage = usageOfParts({
    input: prompt === undefined || isBeside ? prompt : prompt - cached,
    cacheRead: read,
    cacheWrite: write,
    output: completion,
  });
  if (reasoning !== undefined && reasoning <= (completion ?? 0)) usage.reasoningTokens = reasoning;
  return usage;
}

/** Properties of the application become tags; Helicone's own have a place. */
function ownWords(properties: Fields): { session: string | null; tags: Record<string, string> } {
  const session = textOf(properties["Helicone-Session-Id"]);
  const tags = Object.entries(properties).flatMap(([key, value]): [string, string][] => {
    const text = textOf(typeof value === "number" || typeof value === "boolean" ? String(value) : value);
    return text === null || /^helicone-/i.test(key) || /[:,]/.test(key) ? [] : [[key.slice(0, 128), text]];
  });
  return { session, tags: Object.fromEntries(tags.slice(0, 20)) };
}
