import type { LoadedPart, LogFile, Position } from "../importer.ts";
import { loadSqlite, type DatabasePage, type DatabaseRows, type Row } from "../load-sqlite.ts";
import { readSession } from "./parse.ts";
import { profileOf } from "./paths.ts";

/** Reads what the sessions of a database have used until now; newer versions split it by model. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const profile = profileOf(file);
  return loadSqlite(file, from, {
    needs: { sessions: ["id", "started_at", "input_tokens", "output_tokens"] },
    read: (rows) => read(rows, profile),
  });
}

function* read(rows: DatabaseRows, profile: string | null): Generator<DatabasePage> {
  const isSplit = rows.has("session_model_usage", "model");
  const columns = COLUMNS.filter((column) => rows.has("sessions", column));
  for (const page of rows.pages("sessions", columns)) {
    yield {
      readings: page.flatMap((row) => readSession(row, { profile, byModel: isSplit ? byModelOf(rows, row) : [] })),
    };
  }
}

/** What was said is not read. */
const COLUMNS = [
  "id",
  "source",
  "model",
  "parent_session_id",
  "started_at",
  "ended_at",
  "billing_provider",
  "billing_mode",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "reasoning_tokens",
  "estimated_cost_usd",
  "actual_cost_usd",
];

/** Rows of one model, by provider and task, are one: which of them is told more finely may change with a version. */
function byModelOf(rows: DatabaseRows, session: Row): Row[] {
  return rows.all(
    `SELECT model, billing_provider, billing_mode, max(input_tokens + output_tokens) AS most,
       sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
       sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_tokens) AS cache_write_tokens,
       sum(reasoning_tokens) AS reasoning_tokens, sum(estimated_cost_usd) AS estimated_cost_usd,
       sum(actual_cost_usd) AS actual_cost_usd, max(last_seen) AS last_seen
     FROM session_model_usage WHERE session_id = ? GROUP BY model ORDER BY model`,
    String(session["id"]),
  );
}
