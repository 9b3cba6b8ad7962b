import type { JsonValue, LoadedPart, LogFile, Position } from "../importer.ts";
import { loadSqlite, type DatabasePage, type DatabaseRows, type Row } from "../load-sqlite.ts";
import { fieldsOf } from "../read-values.ts";
import { readLedgerRow, readSessionRow, type BookedTokens } from "./parse.ts";

/** Reads a database: the ledger of calls where there is one, and what sessions used that stands in no ledger. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  return loadSqlite(file, from, { needs: { sessions: ["id", "created_at"] }, read });
}

/** Of the ledger, which only grows, rows after the last one that was read. */
interface Known {
  ledgerRow: number;
  /** Of that row: another database may have another row there. */
  ledgerTime: JsonValue;
}

function* read(rows: DatabaseRows, state: JsonValue | undefined): Generator<DatabasePage> {
  let known = knownIn(rows, state);
  const sessions = new Map<string, Row>();
  const sessionOf = (id: unknown): Row => {
    const name = String(id);
    const session = sessions.get(name) ?? rows.all("SELECT * FROM sessions WHERE id = ?", name)[0] ?? { id: name };
    // sessions follow each other
    if (sessions.size > 100) sessions.clear();
    sessions.set(name, session);
    return session;
  };
  const hasLedger = rows.has("usage_ledger", "session_id");
  if (hasLedger) {
    const after = { sql: "rowid > ?", values: [known.ledgerRow] };
    for (const page of rows.pages("usage_ledger", columnsIn(rows, "usage_ledger", LEDGER_COLUMNS), after)) {
      const last = page.at(-1)!;
      known = { ledgerRow: Number(last["the rowid"]), ledgerTime: last["created_timestamp"] as JsonValue };
      yield { readings: page.map((row) => readLedgerRow(row, sessionOf(row["session_id"]))), state: { ...known } };
    }
  }
  for (const page of rows.pages("sessions", columnsIn(rows, "sessions", SESSION_COLUMNS))) {
    yield {
      readings: page.map((row) => readSessionRow(row, hasLedger ? inLedger(rows, row["id"]) : NOTHING)),
      state: { ...known },
    };
  }
}

const LEDGER_COLUMNS = [
  "session_id",
  "created_timestamp",
  "provider",
  "model",
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "cost",
  "cost_source",
  "is_compaction",
];
const SESSION_COLUMNS = [
  "id",
  "created_at",
  "updated_at",
  "working_dir",
  "provider_name",
  "model_config_json",
  "session_type",
  "parent_session_id",
  "total_tokens",
  "input_tokens",
  "output_tokens",
  "accumulated_total_tokens",
  "accumulated_input_tokens",
  "accumulated_output_tokens",
];

/** Older versions lack some. */
function columnsIn(rows: DatabaseRows, table: string, columns: readonly string[]): string[] {
  return columns.filter((column) => rows.has(table, column));
}

function knownIn(rows: DatabaseRows, state: JsonValue | undefined): Known {
  const { ledgerRow, ledgerTime } = fieldsOf(state);
  const none = { ledgerRow: Number.MIN_SAFE_INTEGER, ledgerTime: null };
  if (typeof ledgerRow !== "number" || !rows.has("usage_ledger", "created_timestamp")) return none;
  const [row] = rows.all("SELECT created_timestamp FROM usage_ledger WHERE rowid = ?", ledgerRow);
  return row?.["created_timestamp"] === ledgerTime ? { ledgerRow, ledgerTime: ledgerTime as JsonValue } : none;
}

const NOTHING: BookedTokens = { input: 0, output: 0, total: 0 };

function inLedger(rows: DatabaseRows, session: unknown): BookedTokens {
  const [sums = {}] = rows.all(
    `SELECT sum(input_tokens) AS input, sum(output_tokens) AS output, sum(total_tokens) AS total
     FROM usage_ledger WHERE session_id = ?`,
    String(session),
  );
  return { input: Number(sums["input"] ?? 0), output: Number(sums["output"] ?? 0), total: Number(sums["total"] ?? 0) };
}
