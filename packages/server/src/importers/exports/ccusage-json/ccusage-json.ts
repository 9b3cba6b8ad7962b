import { instantOf, type WireEvent } from "@outlay/core";
import { providerOfCall } from "../../provider-of-model.ts";
import {
  amountOf,
  BadValue,
  countIn,
  fieldsOf,
  firstText,
  knownOnly,
  listOf,
  textOf,
  type Fields,
} from "../../read-values.ts";
import { usageOfParts } from "../../usage-of-parts.ts";
import type { CellFormat } from "../cells.ts";
import { exportFile, type RowReading } from "../export-file.ts";

/** Reports of ccusage as JSON, for history whose logs are gone; facts in the README. */
export const ccusageJson = exportFile({
  name: "ccusage-json",
  title: "ccusage report (JSON)",
  lists: ["daily", "sessions", "session", "monthly", "weekly", "data"],
  open: (_columns, format) => (row) => readRow(row, format),
});

/** A row of a report: of each model, what it used in the period. */
function readRow(row: Fields, format: CellFormat): RowReading[] {
  const period = periodOf(row, format);
  const models = [...listOf(row["modelBreakdowns"]), ...breakdownByName(row)].map(fieldsOf);
  // older reports name the models, and do not split
  const only = listOf(row["modelsUsed"]).length === 1 ? textOf(listOf(row["modelsUsed"])[0]) : null;
  const parts = models.length > 0 ? models : [{ ...row, modelName: only ?? "unknown" }];
  return parts.flatMap((part): RowReading[] => eventOf(part, row, period) ?? []);
}

interface Period {
  name: string;
  startMs: number;
  length: "day" | "week" | "month" | "session";
  session: string | null;
}

function eventOf(part: Fields, row: Fields, period: Period): RowReading[] | null {
  const model = firstText(part, "modelName", "model") ?? "unknown";
  const usage = usageOfParts({
    input: countIn(part, "inputTokens"),
    cacheRead: countIn(part, "cacheReadTokens"),
    cacheWrite: countIn(part, "cacheCreationTokens"),
    output: countIn(part, "outputTokens"),
  });
  if (Object.values(usage).every((count) => count === 0)) return null;
  const agents = listOf(fieldsOf(row["metadata"])["agents"]).flatMap((agent) => textOf(agent) ?? []);
  const agent = agents.length === 1 ? agents[0]! : (textOf(row["agent"]) ?? "coding");
  const project = firstText(row, "project", "projectPath");
  const event: Omit<WireEvent, "id"> = {
    occurredAt: period.startMs,
    provider: providerOfCall(null, model.replace(/^\[[a-z]+\] /, "")),
    model: model.replace(/^\[[a-z]+\] /, ""),
    operation: "chat",
    usage,
    agent: agent === "all" || agent === "claude" ? (agent === "claude" ? "claude-code" : "coding") : agent,
    activity: "coding",
    ...(period.session === null ? {} : { session: period.session }),
    ...(project === null ? {} : { project: project.split(/[\\/]/).findLast((name) => name !== "") ?? project }),
    metadata: knownOnly({
      aggregated: period.length,
      period: period.name,
      toolCostUsd: amountOf(part["cost"]) ?? amountOf(part["costUSD"]) ?? amountOf(part["totalCost"]),
    }),
  };
  // a day that goes on grows: the larger report of it counts
  return [{ id: [period.length, period.name, agent, project ?? "", model].join("|"), event }];
}

/** Older reports of Codex split by name: `{ "models": { "gpt-5": { … } } }`. */
function breakdownByName(row: Fields): Fields[] {
  return Object.entries(fieldsOf(row["models"])).map(([modelName, counts]) => ({ ...fieldsOf(counts), modelName }));
}

/** The start of the period in the zone of the report. */
function periodOf(row: Fields, { timeZone }: CellFormat): Period {
  const name = firstText(row, "date", "day", "month", "week", "sessionId", "period");
  if (name === null) throw new BadValue("there is no period; expected date, month, week, sessionId or period");
  const startOf = (day: string) => instantOf(timeZone, Date.parse(`${day}T00:00:00Z`));
  if (/^\d{4}-\d\d-\d\d$/.test(name)) {
    return { name, startMs: startOf(name), length: "week" in row ? "week" : "day", session: null };
  }
  if (/^\d{4}-\d\d$/.test(name)) return { name, startMs: startOf(`${name}-01`), length: "month", session: null };
  const last = firstText(row, "lastActivity") ?? textOf(fieldsOf(row["metadata"])["lastActivity"]);
  const lastMs = Date.parse(last ?? "");
  if (Number.isNaN(lastMs)) throw new BadValue("lastActivity is no instant, and the period no day or month");
  const startMs = /^\d{4}-\d\d-\d\d$/.test(last ?? "") ? startOf(last!) : lastMs;
  return { name, startMs, length: "session", session: name };
}
