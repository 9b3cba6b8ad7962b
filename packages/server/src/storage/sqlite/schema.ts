import { EVENT_COLUMNS } from "./event-row.ts";
import type { Database } from "./driver.ts";
import { inTransaction } from "./driver.ts";
import { LOOKUP_SCHEMA } from "./event-lookup.ts";
import { RECORDS_SCHEMA } from "./records.ts";
import { putModelsTogether } from "./together-models.ts";

/** SQL, or what SQL cannot say. */
type Migration = string | ((database: Database) => void);

/** Brings a database file to the newest form. Each step runs once, in its own transaction. */
export function migrate(database: Database): void {
  const [version] = database.prepare("PRAGMA user_version").get() as [number];
  if (version > MIGRATIONS.length) {
    throw new Error(`the data file has schema version ${version}, this program knows up to ${MIGRATIONS.length}`);
  }
  for (let step = version; step < MIGRATIONS.length; step++) {
    inTransaction(database, () => {
      const change = MIGRATIONS[step] as Migration;
      if (typeof change === "string") database.exec(change);
      else change(database);
      database.exec(`PRAGMA user_version = ${step + 1}`);
    });
  }
}

const TYPES: Partial<Record<(typeof EVENT_COLUMNS)[number], string>> = {
  seq: "INTEGER PRIMARY KEY",
  // 16 bytes when the id is a UUID in its usual form, else text; traces and spans likewise when they are hex.
  id: "ANY NOT NULL",
  trace: "ANY",
  span: "ANY",
  at: "INTEGER NOT NULL",
  flags: "INTEGER NOT NULL",
  model: "INTEGER NOT NULL",
  operation: "INTEGER NOT NULL",
  source: "INTEGER NOT NULL",
  savings: "INTEGER NOT NULL",
  avoided: "INTEGER NOT NULL",
  extra: "TEXT",
};

const INITIAL = `
CREATE TABLE events (${EVENT_COLUMNS.map((name) => `${name} ${TYPES[name] ?? "INTEGER"}`).join(", ")}) STRICT;
CREATE UNIQUE INDEX events_id ON events (id);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_user ON events (user, at) WHERE user IS NOT NULL;
CREATE INDEX events_session ON events (session) WHERE session IS NOT NULL;
CREATE INDEX events_tag_set ON events (tag_set) WHERE tag_set IS NOT NULL;

-- Every text once for each dimension, numbered from 1 in order of appearance.
CREATE TABLE texts (dimension INTEGER NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (dimension, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX texts_text ON texts (dimension, text);

-- members: "dimension:value,…", sorted
CREATE TABLE tag_sets (id INTEGER PRIMARY KEY, members TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE tag_set_members (dimension INTEGER NOT NULL, value INTEGER NOT NULL, tag_set INTEGER NOT NULL,
  PRIMARY KEY (dimension, value, tag_set)) STRICT, WITHOUT ROWID;

-- cube: see cubes.ts · span: number of the span since 1970 · chunk, model: without their last bits (cubes.ts) · sums, latency: packed-*.ts
-- With its own row number, because rows are too long for the inner pages of an index.
CREATE TABLE rollups (id INTEGER PRIMARY KEY, cube INTEGER NOT NULL, span INTEGER NOT NULL, chunk INTEGER NOT NULL,
  model INTEGER NOT NULL, sums BLOB, latency BLOB) STRICT;
CREATE UNIQUE INDEX rollups_key ON rollups (cube, span, chunk, model);

-- id: the session's id in texts · sums: packed-row.ts, one entry · models: "id@last use,…", most recent last
CREATE TABLE sessions (id INTEGER PRIMARY KEY, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  calls INTEGER NOT NULL, cost INTEGER NOT NULL, tokens INTEGER NOT NULL, sums BLOB NOT NULL,
  user INTEGER, user_at INTEGER, agent INTEGER, agent_at INTEGER, project INTEGER, project_at INTEGER,
  models TEXT NOT NULL) STRICT;
CREATE INDEX sessions_last ON sessions (last_at);
CREATE INDEX sessions_cost ON sessions (cost);
-- none by tokens and calls: sorting all sessions takes a moment, keeping two more indexes costs every event
CREATE INDEX sessions_user ON sessions (user) WHERE user IS NOT NULL;

-- watermark: rollups and sessions cover the events up to this seq · events: how many were ever stored
-- first_at, last_at: over the events up to the watermark · horizon: raw events before it have expired
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE charges (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, kind TEXT NOT NULL,
  amount INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX charges_at ON charges (at);
CREATE TABLE price_versions (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE documents (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  detail TEXT NOT NULL) STRICT;
`;

/** Append only: a data file in the world has been through the earlier ones. */
const MIGRATIONS: Migration[] = [INITIAL, LOOKUP_SCHEMA, putModelsTogether, RECORDS_SCHEMA];

/** Of a data file that this program has opened. */
export const NEWEST_SCHEMA = MIGRATIONS.length;
