import type { Dimension } from "@outlay/core";

/**
 * Which sums are kept. A cube holds, for each UTC day, the sums of every value of one dimension (or of a value
 * with a model, or of two values), and the same split into hours or quarter-hours.
 */
export interface Cube {
  /** First part of the key of its rows; the fine split is kept under `code + 1`. */
  code: number;
  /** `none`: all events. `model` alone: by provider and model, which belong together. */
  dimension: DimensionCode | null;
  withModel: boolean;
  /** The second dimension of a pair. Values of pairs are kept also where one is absent, as 0. */
  second: DimensionCode | null;
  fine: Grain | null;
  /** Latency sketches are kept for the day and the fine split, for the day only, or not at all. */
  latency: "fine" | "day" | null;
  /** Models whose ids differ in so many last bits lie in one row. */
  modelBits: number;
}

/** A cell is what is summed up, a span is how many cells lie together in one row. */
export interface Grain {
  cellMs: number;
  cellsInSpan: number;
}

export type DimensionCode = number;

export const DAY_MS = 86_400_000;
export const DAY: Grain = { cellMs: DAY_MS, cellsInSpan: 1 };
export const HOUR: Grain = { cellMs: 3_600_000, cellsInSpan: 24 };
export const QUARTER: Grain = { cellMs: 900_000, cellsInSpan: 96 };

/**
 * Values with neighbouring ids lie in one row: 64 where a day has many of them, else 8, so that the one that a
 * question is about is found without reading 63 others. Where models share a row too, it is 16 values with 8 models:
 * a row is fetched in the time that 200 entries take to be passed over, and the ninety days of a user have 450 of
 * these, 2,300 of 64 users with one model.
 */
export function chunkBits(code: number): number {
  const cube = cubeWithCode(code);
  const dimension = cube?.dimension ?? null;
  if (grainOf(code) !== DAY || dimension === null || !hasManyValues(dimension)) return 3;
  return cube?.modelBits ? 4 : 6;
}

/** See `Cube.modelBits`. */
export function modelBits(code: number): number {
  return cubeWithCode(code)?.modelBits ?? 0;
}

/** Codes are stored: never change one. Provider is part of the model's identity. */
export const DIMENSION_CODES = {
  model: 1,
  requestedModel: 2,
  operation: 3,
  user: 4,
  team: 5,
  project: 6,
  customer: 7,
  agent: 8,
  activity: 9,
  category: 10,
  environment: 11,
  credential: 12,
  source: 13,
  serviceTier: 14,
  geo: 15,
  variant: 16,
  errorType: 17,
  session: 18,
  basis: 19,
  status: 20,
} as const satisfies Partial<Record<Dimension, DimensionCode>>;

/** Dictionaries that are no dimensions. */
export const PRICE_CODE = 21;
export const TAG_KEY_CODE = 22;
/** The dimension of tag key number n is this plus n. */
export const FIRST_TAG_CODE = 100;

const CODES_IN_A_CUBE = 8;
const PAIRS: [keyof typeof DIMENSION_CODES, keyof typeof DIMENSION_CODES, Grain | null][] = [
  ["team", "agent", HOUR],
  ["project", "agent", HOUR],
  ["agent", "activity", null],
];
/** So many values that their split into quarter-hours would be as large as the events. */
const MANY_VALUES = new Set<DimensionCode>([DIMENSION_CODES.user, DIMENSION_CODES.customer]);
/**
 * Charts by day and model of these are asked in any zone, so that their split with models is kept by the hour too.
 * Of the others it is kept by the UTC day: an hour's cell would hold little more than one event, and cost as much.
 */
const WITH_MODEL_BY_HOUR = new Set<DimensionCode>([
  DIMENSION_CODES.agent,
  DIMENSION_CODES.project,
  DIMENSION_CODES.team,
]);
const NEVER_ROLLED_UP = new Set<DimensionCode>([
  DIMENSION_CODES.requestedModel,
  DIMENSION_CODES.session,
  DIMENSION_CODES.model,
]);

export const ALL_CUBE: Cube = {
  code: 0,
  dimension: null,
  withModel: false,
  second: null,
  fine: QUARTER,
  latency: "fine",
  modelBits: 0,
};
export const MODEL_CUBE: Cube = {
  code: DIMENSION_CODES.model * CODES_IN_A_CUBE,
  dimension: null,
  withModel: true,
  second: null,
  fine: QUARTER,
  latency: "fine",
  modelBits: 0,
};

const hasManyValues = (dimension: DimensionCode): boolean => MANY_VALUES.has(dimension) || dimension >= FIRST_TAG_CODE;

const singles = new Map<DimensionCode, Cube>();
const withModels = new Map<DimensionCode, Cube>();

/** The cube of one dimension, null when none is kept. */
export function cubeOf(dimension: DimensionCode): Cube | null {
  if (NEVER_ROLLED_UP.has(dimension)) return null;
  let cube = singles.get(dimension);
  if (!cube) {
    cube = {
      code: dimension * CODES_IN_A_CUBE,
      dimension,
      withModel: false,
      second: null,
      fine: hasManyValues(dimension) ? HOUR : QUARTER,
      latency: "day",
      modelBits: 0,
    };
    singles.set(dimension, cube);
  }
  return cube;
}

/** The cube of one dimension with the model, null when none is kept. */
export function cubeWithModel(dimension: DimensionCode): Cube | null {
  if (NEVER_ROLLED_UP.has(dimension)) return null;
  let cube = withModels.get(dimension);
  if (!cube) {
    const isLarge = hasManyValues(dimension);
    cube = {
      code: dimension * CODES_IN_A_CUBE + (isLarge ? 4 : 2),
      dimension,
      withModel: true,
      second: null,
      fine: WITH_MODEL_BY_HOUR.has(dimension) ? HOUR : null,
      latency: null,
      modelBits: isLarge ? 3 : 0,
    };
    withModels.set(dimension, cube);
  }
  return cube;
}

export const PAIR_CUBES: Cube[] = PAIRS.map(([first, second, fine], index) => ({
  code: 8 * (30 + index),
  dimension: DIMENSION_CODES[first],
  withModel: false,
  second: DIMENSION_CODES[second],
  fine,
  latency: null,
  modelBits: 0,
}));

/** Rows of users, customers and tags with one model each, as files of before have them: see `together-models.ts`. */
export function isCubeOfSingleModels(code: number): boolean {
  const dimension = Math.floor(code / CODES_IN_A_CUBE);
  return code % CODES_IN_A_CUBE === 2 && hasManyValues(dimension);
}

/** The cube whose rows carry this code. */
export function cubeWithCode(code: number): Cube | null {
  const pair = PAIR_CUBES.find((cube) => code === cube.code || code === cube.code + 1);
  if (pair) return pair;
  if (code < 2) return ALL_CUBE;
  const dimension = Math.floor(code / CODES_IN_A_CUBE);
  if (dimension === DIMENSION_CODES.model) return MODEL_CUBE;
  return code % CODES_IN_A_CUBE < 2 ? cubeOf(dimension) : cubeWithModel(dimension);
}

/** The grain of the rows that carry this code. */
export function grainOf(code: number): Grain {
  let grain = grains.get(code);
  if (!grain) {
    const cube = cubeWithCode(code);
    grain = cube && code !== cube.code && cube.fine ? cube.fine : DAY;
    grains.set(code, grain);
  }
  return grain;
}

const grains = new Map<number, Grain>();

export function spanMs(grain: Grain): number {
  return grain.cellMs * grain.cellsInSpan;
}
