import type { Dimension } from "@outlay/core";
import type { Ledger } from "./ledger.ts";
import type { QueryParams, EntityAnswer } from "./answers.ts";

export async function entity(
  _ledger: Ledger,
  _of: { dimension: Dimension; value: string },
  _params: QueryParams,
): Promise<EntityAnswer> {
  throw new Error("in work");
}
