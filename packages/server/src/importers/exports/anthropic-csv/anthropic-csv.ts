import type { WireEvent } from "@outlay/core";
import { BadValue, knownOnly, type Fields } from "../../read-values.ts";
import { isAnyUsed, usageOfParts } from "../../usage-of-parts.ts";
import { cellAmount, cellCount, cellInstant, cellText, type CellFormat } from "../cells.ts";
import { Columns, exportFile, type ReadCell, type RowReading } from "../export-file.ts";

/** Usage and costs as one downloads them from Anthropic's console; facts in the README. */
export const anthropicCsv = exportFile({
  name: "anthropic-csv",
  title: "Anthropic's usage (CSV)",
  lists: ["data"],
  open,
});

const DATE = ["usage_date_utc", "date", "starting_at"];
const MODEL = ["model_version", "model"];
const INPUT = ["usage_input_tokens_no_cache", "uncached_input_tokens", "input_tokens"];
const OUTPUT = ["usage_output_tokens", "output_tokens"];
const COST = ["cost_usd", "cost"];

function open(names: string[] | null, format: CellFormat): (row: Fields) => RowReading {
  const columns = new Columns(names);
  columns.need(...DATE);
  columns.need(...MODEL);
  const isOfCosts = names !== null && columns.find(...COST) !== null && columns.find(...INPUT) === null;
  if (!isOfCosts) {
    columns.need(...INPUT);
    columns.need(...OUTPUT);
  }
  return (row) => {
    const cell: ReadCell = (...spellings) => columns.cell(row, ...spellings);
    // days are those of UTC, whatever the zone of the reader
    const occurredAt = cellInstant(cell(...DATE), "usage_date_utc", { ...format, timeZone: "UTC" });
    if (occurredAt === null) throw new BadValue("usage_date_utc is missing");
    return isOfCosts ? costRow(cell, occurredAt, format) : usageRow(cell, occurredAt, format);
  };
}

function usageRow(cell: ReadCell, occurredAt: number, format: CellFormat): RowReading {
  const count = (...columns: [string, ...string[]]) => cellCount(cell(...columns), columns[0], format) ?? undefined;
  const write5m = count("usage_input_tokens_cache_write_5m", "ephemeral_5m_input_tokens", "cache_creation_5m_tokens");
  const write1h = count("usage_input_tokens_cache_write_1h", "ephemeral_1h_input_tokens", "cache_creation_1h_tokens");
  const parts = {
    input: count("usage_input_tokens_no_cache", "uncached_input_tokens", "input_tokens"),
    cacheRead: count("usage_input_tokens_cache_read", "cache_read_input_tokens"),
    cacheWrite: write5m === undefined && write1h === undefined ? undefined : (write5m ?? 0) + (write1h ?? 0),
    cacheWrite1h: write1h,
    output: count("usage_output_tokens", "output_tokens"),
  };
  const searches = count("web_search_count", "web_search_requests") ?? 0;
  if (!isAnyUsed(parts) && searches === 0) return { leftOut: "rows of nothing" };
  const { of, common, isLong } = commonOf(cell, occurredAt);
  return {
    id: { of: ["usage", ...of] },
    event: {
      ...common,
      usage: { ...usageOfParts(parts), ...(searches > 0 ? { searches } : {}) },
      // of prompts that are all above 200,000 tokens, the sum is so too
      metadata: knownOnly({ aggregated: isLong ? null : "day", contextWindow: cellText(cell("context_window")) }),
    },
  };
}

function costRow(cell: ReadCell, occurredAt: number, format: CellFormat): RowReading {
  const reportedCostUsd = cellAmount(cell(...COST), "cost_usd", format) ?? 0;
  if (reportedCostUsd === 0) return { leftOut: "rows of nothing" };
  const { of, common } = commonOf(cell, occurredAt);
  const tokenType = cellText(cell("token_type"));
  const costType = cellText(cell("cost_type"));
  return {
    id: { of: ["cost", ...of, tokenType, costType] },
    event: {
      ...common,
      reportedCostUsd,
      metadata: knownOnly({
        aggregated: "day",
        tokenType,
        costType,
        listPriceUsd: cellAmount(cell("list_price_usd"), "list_price_usd", format),
      }),
    },
  };
}

function commonOf(cell: ReadCell, occurredAt: number) {
  const model = cellText(cell(...MODEL)) ?? "unknown";
  const workspace = cellText(cell("workspace", "workspace_id"));
  const credential = cellText(cell("api_key", "api_key_id"));
  const usageType = cellText(cell("usage_type", "service_tier"));
  const window = cellText(cell("context_window"));
  const geo = cellText(cell("inference_geo"));
  const common: Omit<WireEvent, "id"> = {
    occurredAt,
    provider: "anthropic",
    model,
    operation: "chat",
    ...knownOnly({
      project: workspace,
      credential,
      serviceTier: /batch/i.test(usageType ?? "") ? "batch" : /priority/i.test(usageType ?? "") ? "priority" : null,
      geo: geo === "not_available" ? null : geo,
    }),
  };
  return {
    of: [occurredAt, model, workspace, credential, usageType, window, geo],
    common,
    isLong: /200k ?[-–] ?1m|> ?200k/i.test(window ?? ""),
  };
}
