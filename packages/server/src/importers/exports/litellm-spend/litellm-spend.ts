import { usageOfDetails } from "@outlay/providers";
import type { WireEvent } from "@outlay/core";
import { providerOfCall } from "../../provider-of-model.ts";
import { BadValue, fieldsOf, knownOnly, textOf, type Fields } from "../../read-values.ts";
import { cellAmount, cellCount, cellInstant, cellText, type CellFormat } from "../cells.ts";
import { Columns, exportFile, type ReadCell, type RowReading } from "../export-file.ts";
import { jsonCell } from "../json-cell.ts";

/** The table `LiteLLM_SpendLogs` of a LiteLLM proxy, as CSV, JSON or JSON lines; facts in the README. */
export const litellmSpend = exportFile({
  name: "litellm-spend",
  title: "LiteLLM spend logs",
  lists: ["data", "logs", "spend_logs", "rows"],
  open,
});

function open(names: string[] | null, format: CellFormat): (row: Fields) => RowReading {
  const columns = new Columns(names);
  columns.need("request_id", "requestId");
  columns.need("startTime", "start_time");
  columns.need("spend");
  return (row) => readRow((...spellings) => columns.cell(row, ...spellings), format);
}

function readRow(cell: ReadCell, format: CellFormat): RowReading {
  const id = cellText(cell("request_id", "requestId"));
  const occurredAt = cellInstant(cell("startTime", "start_time"), "startTime", format);
  if (id === null) throw new BadValue("request_id is missing");
  if (occurredAt === null) throw new BadValue("startTime is missing");
  const metadata = fieldsOf(jsonCell(cell("metadata")));
  const told = cellText(cell("model")) ?? "unknown";
  const named = cellText(cell("custom_llm_provider")) ?? (told.includes("/") ? told.split("/")[0]! : null);
  const provider = providerOfCall(named, told);
  // `openai/gpt-5`: who was asked stands before the model
  const model = named !== null && told.startsWith(`${named}/`) ? told.slice(named.length + 1) : told;
  const endedAt = cellInstant(cell("endTime", "end_time"), "endTime", format);
  const isCacheHit = /^(true|1)$/i.test(cellText(cell("cache_hit")) ?? "");
  const status = cellText(cell("status")) ?? textOf(metadata["status"]);
  const failed = status === "failure";
  const spend = cellAmount(cell("spend"), "spend", format);
  const event: Omit<WireEvent, "id"> = {
    occurredAt,
    provider,
    model,
    operation: operationOf(cellText(cell("call_type")) ?? ""),
    usage: usageOf(cell, metadata, format),
    success: !failed,
    ...(failed ? { errorType: textOf(fieldsOf(metadata["error_information"])["error_class"]) ?? "error" } : {}),
    ...(isCacheHit ? { cacheHit: true } : {}),
    ...(endedAt !== null && endedAt >= occurredAt ? { durationMs: endedAt - occurredAt } : {}),
    ...knownOnly({
      user: cellText(cell("user")),
      customer: cellText(cell("end_user", "endUser")),
      team: cellText(cell("team_id", "teamId")),
      session: cellText(cell("session_id", "sessionId")),
      credential: textOf(metadata["user_api_key_alias"]),
      requestedModel: cellText(cell("model_group", "modelGroup")),
    }),
    tags: tagsOf(jsonCell(cell("request_tags", "requestTags"))),
    // reckoned by LiteLLM from its price list, as we do
    metadata: knownOnly({ toolCostUsd: spend, apiBase: hostOf(cellText(cell("api_base"))) }),
  };
  return { id, event };
}

function usageOf(cell: ReadCell, metadata: Fields, format: CellFormat): WireEvent["usage"] {
  // newer versions keep the provider's own usage, with cached tokens
  const whole = usageOfDetails(fieldsOf(metadata["usage_object"]));
  if (whole !== null) return whole;
  const input = cellCount(cell("prompt_tokens"), "prompt_tokens", format);
  const output = cellCount(cell("completion_tokens"), "completion_tokens", format);
  return {
    ...(input === null ? {} : { inputTokens: input }),
    ...(output === null ? {} : { outputTokens: output }),
  };
}

function operationOf(callType: string): string {
  if (/embedding/.test(callType)) return "embedding";
  if (/image/.test(callType)) return "image";
  if (/speech|transcription/.test(callType)) return "audio";
  if (/rerank/.test(callType)) return "rerank";
  return "chat";
}

/** A list of words in LiteLLM; `key:value` is a tag of that key. */
function tagsOf(list: unknown): Record<string, string> {
  const words = Array.isArray(list) ? list.flatMap((word) => textOf(word) ?? []) : [];
  const own = words.filter((word) => !/^(User-Agent|Credential):/i.test(word));
  const pairs = own.map((word): [string, string] => {
    const [key = "", ...rest] = word.split(":");
    return rest.length > 0 && key !== "" && !key.includes(",") ? [key, rest.join(":").trim()] : ["litellm", word];
  });
  return Object.fromEntries(pairs.filter(([, value]) => value !== "").slice(0, 20));
}

/** Who was asked; the rest of an address may hold keys. */
function hostOf(address: string | null): string | null {
  return address !== null && URL.canParse(address) ? new URL(address).host : null;
}
