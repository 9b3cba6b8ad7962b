import type { PriceVersion } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";

/** How providers name the sizes of one family, from the largest. A family without such a word in its name counts as large. */
const SIZES: Record<string, number> = {
  opus: 4,
  ultra: 4,
  pro: 3,
  large: 3,
  sonnet: 2,
  medium: 2,
  flash: 2,
  fast: 2,
  haiku: 1,
  mini: 1,
  small: 1,
  lite: 1,
  nano: 0,
  micro: 0,
  tiny: 0,
};
const LARGE = 3;
const GEOGRAPHY = new Set(["us", "eu", "apac", "global", "jp", "au"]);
const DATE = /^20\d{6}$|^20\d\d$/;

interface ModelName {
  /** The words of the name without size, version and date. */
  family: string;
  /** 4.5 as [4, 5]. */
  version: number[];
  size: number;
  isDated: boolean;
}

/**
 * The next smaller model of the same provider and family: of the same version, otherwise of the newest one before it with the same
 * first number.
 *
 *   claude-opus-4-5 → claude-sonnet-4-5    gpt-4o → gpt-4o-mini    gemini-2.5-flash → gemini-2.5-flash-lite
 *
 * null when the prices know none. Names are all that tells how models belong together.
 */
export function smallerModel(ledger: Ledger, provider: string, model: string, atMs: number): PriceVersion | null {
  const own = readName(model);
  const { prices } = ledger.prices.list({ provider, atMs, limit: MAX_MODELS });
  const fitting = prices
    .map((price) => ({ price, name: readName(price.model) }))
    .filter(({ name }) => name.family === own.family && name.size < own.size)
    .filter(({ name }) => name.version[0] === own.version[0] && compareVersions(name.version, own.version) <= 0);
  const [best] = fitting.toSorted(
    (a, b) =>
      compareVersions(b.name.version, a.name.version) ||
      b.name.size - a.name.size ||
      Number(a.name.isDated) - Number(b.name.isDated) ||
      a.price.model.length - b.price.model.length ||
      (a.price.model < b.price.model ? -1 : 1),
  );
  return best?.price ?? null;
}

const MAX_MODELS = 10_000;

function readName(model: string): ModelName {
  const words = model
    .toLowerCase()
    .replace(/-v\d+(:\d+)?$/, "")
    .replaceAll(/(20\d\d)-(\d\d)-(\d\d)/g, "$1$2$3")
    .split(/[-./:@_ ]+/);
  const name: ModelName = { family: "", version: [], size: -1, isDated: false };
  const family: string[] = [];
  for (const word of words) {
    if (DATE.test(word)) name.isDated = true;
    else if (/^\d{1,3}$/.test(word)) name.version.push(Number(word));
    else if (Object.hasOwn(SIZES, word))
      name.size = name.size === -1 ? SIZES[word]! : Math.min(name.size, SIZES[word]!);
    else if (word !== "latest" && !GEOGRAPHY.has(word)) family.push(word);
  }
  return { ...name, family: family.join("-"), size: name.size === -1 ? LARGE : name.size };
}

function compareVersions(a: number[], b: number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
