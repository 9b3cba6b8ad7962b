import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Makes the database of a tool from statements, as the tool would have written it. */
export function makeDatabase(path: string, sqlFile: string): void {
  mkdirSync(dirname(path), { recursive: true });
  change(path, "PRAGMA journal_mode = WAL", readFileSync(sqlFile, "utf8"));
}

/** What the tool writes later. */
export function change(path: string, ...statements: string[]): void {
  const database = new DatabaseSync(path);
  for (const statement of statements) database.exec(statement);
  database.close();
}
