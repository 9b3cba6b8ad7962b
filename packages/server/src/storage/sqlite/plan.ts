import type { Dimension } from "@outlay/core";
import type { Filter } from "../storage.ts";
import {
  ALL_CUBE,
  type Cube,
  cubeOf,
  cubeWithModel,
  DIMENSION_CODES,
  FIRST_TAG_CODE,
  MODEL_CUBE,
  PAIR_CUBES,
} from "./cubes.ts";

/** Which kind of work a question is; known from its words alone, before any look at the data. */
export type Kind = "rollup" | "scan";

/** The dimensions that a question touches, without model and provider, which every cube can be kept by. */
function touchedDimensions(by: Dimension[], filters: Filter[]): { others: Dimension[]; models: boolean } {
  const all = new Set<Dimension>([...by, ...filters.map(({ dimension }) => dimension)]);
  const models = all.delete("model") || false;
  const providers = all.delete("provider") || false;
  return { others: [...all], models: models || providers };
}

/** The cube that answers, null when single events have to be read. `codeOf` gives null for a tag key never used. */
export function cubeFor(
  by: Dimension[],
  filters: Filter[],
  codeOf: (dimension: Dimension) => number | null,
): Cube | null {
  const { others, models } = touchedDimensions(by, filters);
  if (others.some((dimension) => dimension === "trace")) return null;
  const codes = others.map(codeOf).filter((code) => code !== null);
  const [first, second] = codes;
  if (first === undefined) return models ? MODEL_CUBE : ALL_CUBE;
  if (second === undefined) return models ? cubeWithModel(first) : cubeOf(first);
  if (codes.length > 2 || models) return null;
  return (
    PAIR_CUBES.find(
      (pair) =>
        (pair.dimension === first && pair.second === second) || (pair.dimension === second && pair.second === first),
    ) ?? null
  );
}

/** Whether rollups answer, for choosing a thread: every tag key has cubes of the same kinds. */
export function kindOf(by: Dimension[], filters: Filter[]): Kind {
  return cubeFor(by, filters, likelyCode) ? "rollup" : "scan";
}

function likelyCode(dimension: Dimension): number {
  return dimension.startsWith("tag:") ? FIRST_TAG_CODE : DIMENSION_CODES[dimension as keyof typeof DIMENSION_CODES];
}
