import type { Ledger } from "./ledger.ts";
import type { QueryParams, ExportFile } from "./answers.ts";

/** `format=csv|json|jsonl`. Parameters are checked before the promise resolves; only reading the body can fail afterwards. */
export async function exportEvents(_ledger: Ledger, _params: QueryParams): Promise<ExportFile> {
  throw new Error("in work");
}
/** The rows of a question (`by`, `metrics`, …) as a file. */
export async function exportRows(_ledger: Ledger, _params: QueryParams): Promise<ExportFile> {
  throw new Error("in work");
}
