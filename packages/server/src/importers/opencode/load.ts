import { basename } from "node:path";
import type { Importer, JsonValue, LineReading, LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonDocument } from "../load-json-document.ts";
import { loadSqlite, type DatabasePage, type DatabaseRows, type Row } from "../load-sqlite.ts";
import { fieldsOf, textOf } from "../read-values.ts";
import { readMessage } from "./parse.ts";
import { isDatabase } from "./paths.ts";
import { SessionTable, sessionOfFile } from "./sessions.ts";

/** Reads a database, or the file of one message. */
export function loaderOf(tool: string): Importer["load"] {
  return (file, from) =>
    isDatabase(file.path)
      ? loadSqlite(file, from, { needs: NEEDS, read: (rows, known) => readDatabase(tool, rows, known) })
      : loadMessage(tool, file, from);
}

/** `storage/message/<session>/<message>.json` */
async function* loadMessage(tool: string, file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const session = await sessionOfFile(file.path);
  yield* loadJsonDocument(file, from, (document) => {
    const id = textOf(fieldsOf(document)["id"]) ?? basename(file.path, ".json");
    return { readings: [readMessage(document, { tool, id, session: null, ...session })] };
  });
}

const NEEDS = { message: ["id", "session_id", "data"] };

/** A message is changed in place until it is complete; what was changed longer ago than this is known from last time. */
const LOOK_BACK_MS = 86_400_000;

function* readDatabase(tool: string, rows: DatabaseRows, known: JsonValue | undefined): Generator<DatabasePage> {
  const isDated = rows.has("message", "time_updated");
  const columns = [...NEEDS.message, ...(isDated ? ["time_updated"] : [])];
  let updatedMs = typeof known === "number" ? known : 0;
  const recent = { sql: "time_updated >= ?", values: [updatedMs - LOOK_BACK_MS] };
  const sessions = new SessionTable(rows);
  for (const page of rows.pages("message", columns, isDated ? recent : undefined)) {
    const readings = page.map((row) => readRow(tool, row, sessions));
    for (const row of page) updatedMs = Math.max(updatedMs, Number(row["time_updated"]) || 0);
    yield isDated ? { readings, state: updatedMs } : { readings };
  }
}

function readRow(tool: string, row: Row, sessions: SessionTable): LineReading {
  const id = textOf(row["id"]);
  const session = textOf(row["session_id"]);
  let message: unknown;
  try {
    message = JSON.parse(String(row["data"]));
  } catch {
    return { problem: `message ${id ?? "without id"}: not JSON` };
  }
  return readMessage(message, { tool, id, session, ...sessions.get(session) });
}
