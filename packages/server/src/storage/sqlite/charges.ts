import type { AppendResult, ChargesQuestion, RecordedCharge } from "../storage.ts";
import type { Database, SqlValue } from "./driver.ts";

/** Inside a transaction. Charges are few: kept as they are, with the columns that lists filter by. */
export function appendCharges(database: Database, charges: RecordedCharge[]): AppendResult {
  const insert = database.prepare(
    "INSERT INTO charges (id, at, kind, amount, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
  );
  const duplicates: number[] = [];
  charges.forEach((charge, index) => {
    const { id, occurredAtMs, kind, amountNanoUsd } = charge;
    const written = insert.run(id.toWellFormed(), occurredAtMs, kind, amountNanoUsd, JSON.stringify(charge));
    if (written.changes === 0) duplicates.push(index);
  });
  return { accepted: charges.length - duplicates.length, duplicates, expired: [], seqs: [] };
}

/** Newest first. */
export function listCharges(database: Database, question: ChargesQuestion): RecordedCharge[] {
  const where = ["at >= ?", "at < ?"];
  const values: SqlValue[] = [question.startMs, question.endMs];
  if (question.kind !== undefined) {
    where.push("kind = ?");
    values.push(question.kind);
  }
  for (const field of ["user", "project", "customer"] as const) {
    const value = question[field];
    if (value === undefined) continue;
    where.push(`json_extract(body, '$.${field}') = ?`);
    values.push(value);
  }
  const sql = `SELECT body FROM charges WHERE ${where.join(" AND ")} ORDER BY at DESC, seq DESC LIMIT ?`;
  const rows = database.prepare(sql).iterate(...values, question.limit ?? -1);
  return [...rows].map(([body]) => JSON.parse(body as string) as RecordedCharge);
}
