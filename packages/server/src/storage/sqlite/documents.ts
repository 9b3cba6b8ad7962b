import type { PriceVersion } from "@outlay/core";
import type { AuditEntry } from "../storage.ts";
import type { Database } from "./driver.ts";

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
export function listAudit(database: Database, limit: number): AuditEntry[] {
  const rows = database.prepare("SELECT at, actor, action, detail FROM audit ORDER BY seq DESC LIMIT ?").all(limit);
  return rows.map(([atMs, actor, action, detail]) => ({
    atMs: atMs as number,
    actor: actor as string,
    action: action as string,
    detail: JSON.parse(detail as string) as unknown,
  }));
}
