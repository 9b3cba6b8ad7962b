/** A source of random numbers that gives the same ones for the same seeds. Not for secrets. */
export interface Random {
  /** 0 included, 1 excluded. */
  next(): number;
  /** 32 random bits as a number from 0 to 4294967295. */
  bits(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A value with a long tail to the right, half of them below `median`: sizes of prompts, durations. */
  around(median: number): number;
}

const tailSteps = 4_096;
/** Factors of a log-normal distribution with sigma 0.6 in random order of use: an index is cheaper than a logarithm and a cosine. */
const tailFactors = Float64Array.from({ length: tailSteps }, (_, i) =>
  Math.exp(0.6 * normalQuantile((i + 0.5) / tailSteps)),
);

/** Chris Doty-Humphrey's sfc32: four words of state, passes PractRand, a few nanoseconds a number. */
export function createRandom(...seeds: number[]): Random {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = 1;

  const bits = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (const seed of seeds) {
    a ^= seed >>> 0;
    b ^= Math.floor(seed / 0x1_0000_0000) >>> 0;
    // twelve rounds spread every bit of the seed over the whole state
    for (let round = 0; round < 12; round++) bits();
  }
  const next = () => bits() / 0x1_0000_0000;
  return {
    next,
    bits,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    around: (median) => median * tailFactors[bits() & (tailSteps - 1)]!,
  };
}

/** Picks by weight in one step: a table in which every item has as many places as its weight asks for. */
export function weightedPicker<T>(items: readonly (readonly [item: T, weight: number])[]): (random: Random) => T {
  const places = 2_048;
  const total = items.reduce((sum, [, weight]) => sum + weight, 0);
  const table: T[] = [];
  let reached = 0;
  for (const [item, weight] of items) {
    reached += weight;
    while (table.length < Math.round((reached / total) * places)) table.push(item);
  }
  return (random) => table[random.bits() & (places - 1)]!;
}

/** Quantile of the normal distribution, to three digits (Abramowitz and Stegun 26.2.23). */
function normalQuantile(probability: number): number {
  const tail = probability < 0.5 ? probability : 1 - probability;
  const t = Math.sqrt(-2 * Math.log(tail));
  const z =
    t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
  return probability < 0.5 ? -z : z;
}
