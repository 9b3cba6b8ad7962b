import { readCsv } from "../csv/read-csv.ts";
import type { FocusVersion } from "./columns.ts";
import { FocusValidator, type FocusVerdict } from "./validate.ts";

/** Holds a CSV file against FOCUS. Without a version: 1.3 when it has that version's providers, else 1.2. */
export async function validateFocusCsv(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<string>,
  version?: FocusVersion,
): Promise<FocusVerdict> {
  let validator: FocusValidator | null = null;
  for await (const { cells, line } of readCsv(chunks)) {
    if (validator === null) {
      validator = new FocusValidator(version ?? (cells.includes("ServiceProviderName") ? "1.3" : "1.2"));
      validator.header(cells);
    } else validator.row(cells, line);
  }
  if (validator !== null) return validator.verdict();
  const empty = new FocusValidator(version ?? "1.2");
  empty.header([]);
  return empty.verdict();
}
