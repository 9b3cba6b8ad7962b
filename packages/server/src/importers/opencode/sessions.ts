import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DatabaseRows } from "../load-sqlite.ts";
import { fieldsOf, textOf } from "../read-values.ts";

/** What is known of a session beside its messages. */
export interface Session {
  /** The one that started it, for sub-agents. */
  parentSession: string | null;
  folder: string | null;
}

const UNKNOWN: Session = { parentSession: null, folder: null };

/** The table of sessions; older databases have none. */
export class SessionTable {
  readonly #rows: DatabaseRows;
  readonly #columns: string[];
  readonly #known = new Map<string, Session>();

  constructor(rows: DatabaseRows) {
    this.#rows = rows;
    this.#columns = ["parent_id", "directory"].filter((column) => rows.has("session", column));
  }

  get(id: string | null): Session {
    if (id === null || this.#columns.length === 0) return UNKNOWN;
    let session = this.#known.get(id);
    if (session === undefined) {
      const found = fieldsOf(this.#rows.all(`SELECT ${this.#columns.join(", ")} FROM session WHERE id = ?`, id)[0]);
      session = { parentSession: textOf(found["parent_id"]), folder: textOf(found["directory"]) };
      this.#known.set(id, session);
    }
    return session;
  }
}

/** `storage/session/<project>/<session>.json`, for a message in `storage/message/<session>/`. */
export async function sessionOfFile(messagePath: string): Promise<Session> {
  const id = basename(dirname(messagePath));
  const sessions = join(dirname(dirname(dirname(messagePath))), "session");
  const key = join(sessions, id);
  if (lastRead?.key === key) return lastRead.session;
  const session = await readSession(sessions, id);
  lastRead = { key, session };
  return session;
}

/** Messages of a session come one after the other. */
let lastRead: { key: string; session: Session } | null = null;

async function readSession(sessions: string, id: string): Promise<Session> {
  try {
    for (const project of await readdir(sessions)) {
      const found = await readIfThere(join(sessions, project, `${id}.json`));
      if (found !== null) {
        const told = fieldsOf(JSON.parse(found));
        return { parentSession: textOf(told["parentID"]), folder: textOf(told["directory"]) };
      }
    }
  } catch {
    // without it the messages count as the conversation's
  }
  return UNKNOWN;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}
