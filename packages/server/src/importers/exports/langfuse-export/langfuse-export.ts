import type { WireEvent } from "@outlay/core";
import { costOfDetails, usageOfDetails } from "@outlay/providers";
import { providerOfCall } from "../../provider-of-model.ts";
import { BadValue, fieldsOf, knownOnly, textOf, type Fields } from "../../read-values.ts";
import { cellAmount, cellCount, cellInstant, cellText, type CellFormat } from "../cells.ts";
import { Columns, exportFile, type ReadCell, type RowReading } from "../export-file.ts";
import { jsonCell } from "../json-cell.ts";

/** Observations exported from Langfuse, as CSV, JSON or JSON lines; facts in the README. */
export const langfuseExport = exportFile({
  name: "langfuse-export",
  title: "Langfuse observations",
  lists: ["data", "observations"],
  open,
});

/** Types of observations that are a call of a model; older versions know only the first. */
const CALLS: Record<string, string> = { GENERATION: "chat", EMBEDDING: "embedding" };

function open(names: string[] | null, format: CellFormat): (row: Fields) => RowReading {
  const columns = new Columns(names);
  columns.need("id");
  columns.need("type");
  columns.need("startTime", "start_time", "timestamp");
  return (row) => readRow((...spellings) => columns.cell(row, ...spellings), format);
}

function readRow(cell: ReadCell, format: CellFormat): RowReading {
  const type = cellText(cell("type"))?.toUpperCase() ?? "";
  const operation = CALLS[type];
  if (operation === undefined) return { leftOut: "observations that are no call of a model" };
  const id = cellText(cell("id"));
  const occurredAt = cellInstant(cell("startTime", "start_time", "timestamp"), "startTime", format);
  if (id === null) throw new BadValue("id is missing");
  if (occurredAt === null) throw new BadValue("startTime is missing");
  const model = cellText(cell("providedModelName", "model", "modelId")) ?? "unknown";
  const metadata = fieldsOf(jsonCell(cell("metadata")));
  const endedAt = cellInstant(cell("endTime", "end_time"), "endTime", format);
  const level = cellText(cell("level"));
  const event: Omit<WireEvent, "id"> = {
    occurredAt,
    provider: providerOfCall(textOf(metadata["ls_provider"]) ?? textOf(metadata["provider"]), model),
    model,
    operation,
    usage: usageOf(cell, format),
    success: level !== "ERROR",
    ...(level === "ERROR" ? { errorType: "error" } : {}),
    ...(endedAt !== null && endedAt >= occurredAt ? { durationMs: endedAt - occurredAt } : {}),
    ...firstToken(cell, format, occurredAt),
    ...knownOnly({
      trace: cellText(cell("traceId", "trace_id")),
      span: id,
      session: cellText(cell("sessionId", "session_id")),
      user: cellText(cell("userId", "user_id")),
      environment: cellText(cell("environment")),
      activity: cellText(cell("name")),
    }),
    metadata: knownOnly({
      parentSpan: cellText(cell("parentObservationId", "parent_observation_id")),
      // reckoned by Langfuse or told by the application; not by the provider
      toolCostUsd: costOf(cell, format),
    }),
  };
  return { id, event };
}

/** `usageDetails`; in older exports `usage`, or columns of their own. */
function usageOf(cell: ReadCell, format: CellFormat): WireEvent["usage"] {
  const details = usageOfDetails(fieldsOf(jsonCell(cell("usageDetails", "usage_details"))));
  if (details !== null) return details;
  const older = usageOfDetails(fieldsOf(jsonCell(cell("usage"))));
  if (older !== null) return older;
  const input = cellCount(cell("inputUsage", "promptTokens", "prompt_tokens", "inputTokens"), "promptTokens", format);
  const output = cellCount(
    cell("outputUsage", "completionTokens", "completion_tokens", "outputTokens"),
    "completionTokens",
    format,
  );
  return {
    ...(input === null ? {} : { inputTokens: input }),
    ...(output === null ? {} : { outputTokens: output }),
  };
}

function costOf(cell: ReadCell, format: CellFormat): number | null {
  const total = cellAmount(cell("totalCost", "total_cost", "calculatedTotalCost"), "totalCost", format);
  return total ?? costOfDetails(fieldsOf(jsonCell(cell("costDetails", "cost_details")))) ?? null;
}

/** `completionStartTime`, or `timeToFirstToken` in seconds. */
function firstToken(cell: ReadCell, format: CellFormat, startedAt: number): Pick<WireEvent, "timeToFirstTokenMs"> {
  const at = cellInstant(cell("completionStartTime", "completion_start_time"), "completionStartTime", format);
  if (at !== null && at >= startedAt) return { timeToFirstTokenMs: at - startedAt };
  const seconds = cellAmount(cell("timeToFirstToken", "time_to_first_token"), "timeToFirstToken", format);
  return seconds === null ? {} : { timeToFirstTokenMs: Math.round(seconds * 1_000) };
}
