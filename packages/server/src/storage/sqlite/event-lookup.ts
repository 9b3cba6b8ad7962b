import type { Database } from "./driver.ts";

/**
 * Which events have this user, session or set of tags? Tables of their own instead of indexes, because they are filled
 * with the sums, thousands of events at once and in their own order: an index would write some hundred pages with every
 * small commit, most of what ingest wrote. So they know the events up to the watermark; what lies behind it is read
 * from the table itself. Rows go with their events, by a trigger.
 */
export const EVENT_LOOKUPS: Record<"user" | "session" | "tagSet", EventLookup> = {
  user: { table: "events_of_user", key: "user", hasTime: true },
  session: { table: "events_of_session", key: "session", hasTime: false },
  tagSet: { table: "events_of_tag_set", key: "tag_set", hasTime: true },
};

interface EventLookup {
  table: string;
  key: string;
  /** Its rows have the column `at`, so that a part of the events can be found. */
  hasTime: boolean;
}

/** Of the events up to the watermark. */
export const SEQS_OF_SESSION = "SELECT seq FROM events_of_session WHERE session = ?";

/** Takes in the events after one seq and up to another; inside the transaction that moves the watermark. */
export function addToLookups(database: Database, afterSeq: number, upToSeq: number): void {
  for (const lookup of Object.values(EVENT_LOOKUPS)) {
    const columns = columnsOf(lookup).join();
    database
      .prepare(
        `INSERT INTO ${lookup.table} SELECT ${columns} FROM events
         WHERE seq > ? AND seq <= ? AND +${lookup.key} IS NOT NULL ORDER BY ${columns}`,
      )
      .run(afterSeq, upToSeq);
  }
}

/** The tables, their trigger, and everything that a file of before has up to its watermark. */
export const LOOKUP_SCHEMA = `
DROP INDEX events_user;
DROP INDEX events_session;
DROP INDEX events_tag_set;
${Object.values(EVENT_LOOKUPS)
  .map((lookup) => {
    const columns = columnsOf(lookup);
    return `
CREATE TABLE ${lookup.table} (${columns.map((column) => `${column} INTEGER NOT NULL`).join(", ")},
  PRIMARY KEY (${columns.join()})) STRICT, WITHOUT ROWID;
INSERT INTO ${lookup.table} SELECT ${columns.join()} FROM events WHERE ${lookup.key} IS NOT NULL
  AND seq <= (SELECT coalesce(max(value), 0) FROM state WHERE name = 'watermark') ORDER BY ${columns.join()};`;
  })
  .join("")}
CREATE TRIGGER events_gone AFTER DELETE ON events BEGIN
${Object.values(EVENT_LOOKUPS)
  .map((lookup) => {
    const where = columnsOf(lookup).map((column) => `${column} = old.${column}`);
    return `  DELETE FROM ${lookup.table} WHERE ${where.join(" AND ")};`;
  })
  .join("\n")}
END;
`;

function columnsOf({ key, hasTime }: EventLookup): string[] {
  return hasTime ? [key, "at", "seq"] : [key, "seq"];
}
