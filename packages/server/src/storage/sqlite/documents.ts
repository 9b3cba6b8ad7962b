import type { PriceVersion } from "@outlay/core";
import type { AuditEntry, AuditQuestion, StoredAuditEntry } from "../storage.ts";
import type { Database, SqlValue } from "./driver.ts";

export function getDocument(database: Database, key: string): unknown {
  const row = database.prepare("SELECT body FROM documents WHERE key = ?").get(key);
  return row ? JSON.parse(row[0] as string) : null;
}

/** `null` and `undefined` take the document away. */
export function putDocument(database: Database, key: string, value: unknown): void {
  if (value === undefined || value === null) database.prepare("DELETE FROM documents WHERE key = ?").run(key);
  else database.prepare("INSERT OR REPLACE INTO documents VALUES (?, ?)").run(key, JSON.stringify(value));
}

export function getPriceVersion(database: Database, id: string): PriceVersion | null {
  const row = database.prepare("SELECT body FROM price_versions WHERE id = ?").get(id);
  return row ? (JSON.parse(row[0] as string) as PriceVersion) : null;
}

/** A version that is there stays as it is. */
export function putPriceVersions(database: Database, versions: PriceVersion[]): void {
  const put = database.prepare("INSERT OR IGNORE INTO price_versions VALUES (?, ?)");
  for (const version of versions) put.run(version.id, JSON.stringify(version));
}

export function appendAudit(database: Database, { atMs, actor, action, detail }: AuditEntry): void {
  database
    .prepare("INSERT INTO audit (at, actor, action, detail) VALUES (?, ?, ?, ?)")
    .run(atMs, actor, action, JSON.stringify(detail ?? null));
}

/** Newest first. */
export function listAudit(database: Database, question: AuditQuestion): StoredAuditEntry[] {
  const where = ["TRUE"];
  const values: SqlValue[] = [];
  const condition = (sql: string, value: SqlValue | undefined) => {
    if (value === undefined) return;
    where.push(sql);
    values.push(value);
  };
  condition("at >= ?", question.fromMs);
  condition("at < ?", question.toMs);
  condition("instr(lower(actor), ?) > 0", question.actor?.toLowerCase());
  condition("instr(lower(action), ?) > 0", question.action?.toLowerCase());
  condition("seq < ?", question.beforeSeq);
  const sql = `SELECT seq, at, actor, action, detail FROM audit WHERE ${where.join(" AND ")} ORDER BY seq DESC LIMIT ?`;
  const rows = database.prepare(sql).all(...values, question.limit);
  return rows.map(([seq, atMs, actor, action, detail]) => ({
    seq: seq as number,
    atMs: atMs as number,
    actor: actor as string,
    action: action as string,
    detail: JSON.parse(detail as string) as unknown,
  }));
}
