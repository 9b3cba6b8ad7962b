import { open, rename, rm } from "node:fs/promises";
import type { CliContext } from "./context.ts";
import { formatBytes } from "./draw/values.ts";
import { problemOf, withParams } from "./get-json.ts";
import type { Params } from "./get-json.ts";

/** Which month, and which of its calls. */
export interface PdfQuestion {
  /** Such as 2026-10; default: the last one that is over. */
  month?: string | undefined;
  filter?: string[] | undefined;
}

/** Writes what a month has cost as a PDF. Beside its place first: half a document never has its name. */
export async function writePdf(context: CliContext, file: string, { month, filter }: PdfQuestion): Promise<void> {
  const api = await context.connect();
  const params: Params = { month, filter, tz: context.timeZone() };
  const response = await api.request(withParams("/api/v1/reports/monthly.pdf", params));
  if (!response.ok) throw await problemOf(response);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const partial = `${file}.partial`;
  const output = await open(partial, "w");
  try {
    await output.writeFile(bytes);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await output.close();
  }
  await rename(partial, file);
  if (context.isJson()) await context.printJson({ file, bytes: bytes.length });
  else await context.print(`${file}: ${formatBytes(bytes.length)}`);
}
