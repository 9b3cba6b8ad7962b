import type { WireEvent } from "@outlay/core";
import { BadValue, knownOnly, type Fields } from "../../read-values.ts";
import { cellAmount, cellCount, cellInstant, cellText, type CellFormat } from "../cells.ts";
import { Columns, exportFile, type ReadCell, type RowReading } from "../export-file.ts";

/** Usage and costs as one downloads them from OpenAI's console; facts in the README. */
export const openaiCsv = exportFile({ name: "openai-csv", title: "OpenAI's usage (CSV)", lists: ["data"], open });

const START = ["start_time_iso", "start_time", "timestamp", "date"];

function open(names: string[] | null, format: CellFormat): (row: Fields) => RowReading {
  const columns = new Columns(names);
  columns.need(...START);
  const isOfCosts = names === null || columns.find("amount_value", "amount") !== null;
  if (!isOfCosts) {
    columns.need("model");
    columns.need("input_tokens", "n_context_tokens_total");
    columns.need("output_tokens", "n_generated_tokens_total");
  }
  return (row) => {
    const cell: ReadCell = (...spellings) => columns.cell(row, ...spellings);
    const occurredAt = cellInstant(cell(...START), "start_time", format);
    if (occurredAt === null) throw new BadValue("start_time is missing");
    return cell("amount_value", "amount") === undefined
      ? usageRow(cell, occurredAt, format)
      : costRow(cell, occurredAt, format);
  };
}

/** What was used in a day or an hour, by whatever one split it. */
function usageRow(cell: ReadCell, occurredAt: number, format: CellFormat): RowReading {
  const count = (column: string, ...more: string[]) => cellCount(cell(column, ...more), column, format) ?? undefined;
  const model = cellText(cell("model"));
  if (model === null) return { leftOut: "rows without a model (split the report by model)" };
  const usage = knownOnly({
    inputTokens: count("input_tokens", "n_context_tokens_total"),
    cacheReadTokens: count("input_cached_tokens", "n_cached_context_tokens_total"),
    cacheWriteTokens: count("input_cache_write_tokens"),
    outputTokens: count("output_tokens", "n_generated_tokens_total"),
    inputAudioTokens: count("input_audio_tokens"),
    outputAudioTokens: count("output_audio_tokens"),
    requests: count("num_model_requests", "n_requests"),
  }) as NonNullable<WireEvent["usage"]>;
  if (Object.values(usage).every((value) => value === 0)) return { leftOut: "rows of nothing" };
  const batch = /^(true|batch)$/i.test(cellText(cell("batch")) ?? "");
  const { of, who } = whoIn(cell);
  const tier = batch ? "batch" : cellText(cell("service_tier"));
  const operation = /embedding/.test(model) ? "embedding" : "chat";
  return {
    id: { of: ["usage", occurredAt, model, tier, ...of] },
    event: {
      occurredAt,
      provider: "openai",
      model,
      operation,
      usage,
      ...who,
      ...(tier === null ? {} : { serviceTier: tier }),
      metadata: { aggregated: "bucket" },
    },
  };
}

/** What was charged: a line of the bill, without tokens. */
function costRow(cell: ReadCell, occurredAt: number, format: CellFormat): RowReading {
  const currency = cellText(cell("amount_currency", "currency"))?.toLowerCase() ?? "usd";
  if (currency !== "usd") return { leftOut: "amounts in other currencies than dollars" };
  const reportedCostUsd = cellAmount(cell("amount_value", "amount"), "amount_value", format) ?? 0;
  if (reportedCostUsd === 0) return { leftOut: "rows of nothing" };
  const item = cellText(cell("line_item", "name")) ?? "unknown";
  const { of, who } = whoIn(cell);
  return {
    id: { of: ["cost", occurredAt, item, ...of] },
    event: {
      occurredAt,
      provider: "openai",
      // `gpt-5-2025-08-07, cached input`
      model: item.split(",")[0]!.trim(),
      operation: "chat",
      reportedCostUsd,
      ...who,
      metadata: { aggregated: "bucket", lineItem: item },
    },
  };
}

function whoIn(cell: ReadCell): { of: (string | null)[]; who: Partial<WireEvent> } {
  const project = cellText(cell("project_name", "project_id"));
  const user = cellText(cell("user_email", "user_name", "user_id"));
  const credential = cellText(cell("api_key_name", "api_key_id"));
  return {
    of: [
      cellText(cell("project_id")) ?? project,
      cellText(cell("user_id")) ?? user,
      cellText(cell("api_key_id")) ?? credential,
    ],
    who: knownOnly({ project, user, credential }),
  };
}
