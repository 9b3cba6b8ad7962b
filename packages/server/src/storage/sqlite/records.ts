import type { CollectionRecord, RecordsQuestion } from "../storage.ts";
import type { Database, SqlValue } from "./driver.ts";

export const RECORDS_SCHEMA = `
CREATE TABLE records (collection TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (collection, id)) STRICT, WITHOUT ROWID;
CREATE INDEX records_at ON records (collection, at, id);
`;

export function putRecords(database: Database, collection: string, records: CollectionRecord[]): void {
  const put = database.prepare("INSERT OR REPLACE INTO records (collection, id, at, body) VALUES (?, ?, ?, ?)");
  for (const { id, atMs, body } of records) put.run(collection, id, atMs, JSON.stringify(body ?? null));
}

export function deleteRecords(database: Database, collection: string, ids: string[]): { deleted: number } {
  const remove = database.prepare("DELETE FROM records WHERE collection = ? AND id = ?");
  let deleted = 0;
  for (const id of ids) deleted += Number(remove.run(collection, id).changes);
  return { deleted };
}

export function listRecords(
  database: Database,
  collection: string,
  { fromMs, toMs, ids, limit }: RecordsQuestion,
): CollectionRecord[] {
  const where = ["collection = ?"];
  const values: SqlValue[] = [collection];
  const add = (condition: string, value: SqlValue) => {
    where.push(condition);
    values.push(value);
  };
  if (fromMs !== undefined) add("at >= ?", fromMs);
  if (toMs !== undefined) add("at < ?", toMs);
  if (ids !== undefined) add("id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  const end = limit === undefined ? "" : " LIMIT ?";
  if (limit !== undefined) values.push(limit);
  const sql = `SELECT id, at, body FROM records WHERE ${where.join(" AND ")} ORDER BY at DESC, id DESC${end}`;
  return database
    .prepare(sql)
    .all(...values)
    .map(([id, at, body]) => ({ id: id as string, atMs: at as number, body: JSON.parse(body as string) as unknown }));
}
