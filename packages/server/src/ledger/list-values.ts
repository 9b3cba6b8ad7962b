import { InvalidInput } from "@outlay/core";
import type { QueryParams } from "./answers.ts";
import { parseDimension } from "./filters.ts";
import type { Ledger } from "./ledger.ts";
import { readParameters } from "./parameters.ts";

/** Known values of a `dimension`, for pickers; `contains` narrows them. InvalidInput `missing_parameter` and others. */
export async function listValues(ledger: Ledger, params: QueryParams): Promise<{ values: string[] }> {
  const parameters = readParameters(params, ["dimension", "contains", "limit"]);
  const dimension = parameters.one("dimension");
  if (dimension === undefined) {
    throw new InvalidInput("missing_parameter", "dimension is missing; expected for example model or tag:story", {
      field: "dimension",
    });
  }
  const contains = parameters.one("contains");
  const limit = parameters.whole("limit", 1, 1_000) ?? 20;
  const values = await ledger.storage.listValues(parseDimension(dimension, "dimension"), {
    limit,
    ...(contains === undefined ? {} : { contains }),
  });
  return { values };
}
