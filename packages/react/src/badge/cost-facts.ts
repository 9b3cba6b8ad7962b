import type { CostBasis, OutlayCostLine, OutlayEvent } from "../api/answers.ts";

/** Plain numbers of one call or of several. What is absent is not known, and is not shown as zero. */
export interface CostNumbers {
  /** Null: no price is known. */
  costUsd: number | null;
  /** With those read from the cache. */
  inputTokens?: number | null | undefined;
  /** Read from the cache; part of the input. */
  cachedTokens?: number | null | undefined;
  /** With those of reasoning. */
  outputTokens?: number | null | undefined;
  inputCostUsd?: number | null | undefined;
  outputCostUsd?: number | null | undefined;
  /** What the cached tokens saved. */
  cacheSavingsUsd?: number | null | undefined;
  basis?: CostBasis | undefined;
  /** How far estimated tokens may be off: 12 is ± 12 %. */
  errorPercent?: number | null | undefined;
  /** The price was found by a similar model name. */
  approximate?: boolean | undefined;
  model?: string | null | undefined;
  /** Calls without a price among those that the cost sums up. */
  unpricedCalls?: number | undefined;
}

/** One line of the explanation: how many, what they cost, what they saved. Null: not known. */
export interface CostPart {
  name: string;
  quantity: number | null;
  costUsd: number | null;
  savedUsd: number | null;
  /** Contained in the line before. */
  isDetail: boolean;
}

/** All that a badge shows. */
export interface CostFacts {
  costUsd: number | null;
  /** The amount is about right: its tokens were estimated, or its price is that of a similar model. */
  isAbout: boolean;
  parts: CostPart[];
  /** Sentences that say how the cost is known when that is not by price and usage. */
  notes: CostNote[];
}

export type CostNote =
  | { kind: "unpriced"; model: string | null }
  | { kind: "estimated"; errorPercent: number | null; lowUsd: number | null; highUsd: number | null }
  | { kind: "approximate" }
  | { kind: "reported" }
  | { kind: "partlyUnpriced"; calls: number };

/** What a badge shows for plain numbers. */
export function factsOfNumbers(numbers: CostNumbers): CostFacts {
  const { costUsd, basis = "rated", approximate = false } = numbers;
  return {
    costUsd,
    isAbout: costUsd !== null && (basis === "estimated" || approximate),
    parts: partsOf(numbers),
    notes: notesOf(numbers),
  };
}

/** What a badge shows for a recorded call. With its cost lines, also what input and output cost. */
export function factsOfEvent(event: OutlayEvent): CostFacts {
  const { usage, lines = [] } = event;
  const facts = factsOfNumbers({
    costUsd: event.costUsd,
    inputTokens: usage?.inputTokens,
    cachedTokens: usage?.cacheReadTokens,
    outputTokens: usage?.outputTokens,
    inputCostUsd: costOf(lines, INPUT_METERS),
    outputCostUsd: costOf(lines, OUTPUT_METERS),
    cacheSavingsUsd: event.cacheSavingsUsd,
    basis: event.basis,
    errorPercent: errorPercentOf(event),
    approximate: event.approximate,
    model: event.model,
  });
  return { ...facts, parts: [...facts.parts, ...otherParts(lines)] };
}

function partsOf(numbers: CostNumbers): CostPart[] {
  const { inputTokens = null, cachedTokens = null, outputTokens = null } = numbers;
  const { inputCostUsd = null, outputCostUsd = null, cacheSavingsUsd = null } = numbers;
  const parts: CostPart[] = [];
  if (inputTokens !== null || inputCostUsd !== null) {
    parts.push({ name: "Input", quantity: inputTokens, costUsd: inputCostUsd, savedUsd: null, isDetail: false });
  }
  if (cachedTokens !== null) {
    const savedUsd = numbers.costUsd === null ? null : cacheSavingsUsd;
    parts.push({ name: "Cached", quantity: cachedTokens, costUsd: null, savedUsd, isDetail: true });
  }
  if (outputTokens !== null || outputCostUsd !== null) {
    parts.push({ name: "Output", quantity: outputTokens, costUsd: outputCostUsd, savedUsd: null, isDetail: false });
  }
  return parts;
}

/** What is neither input nor output: searches, images, seconds of audio. */
function otherParts(lines: OutlayCostLine[]): CostPart[] {
  return lines
    .filter(({ meter }) => !INPUT_METERS.has(meter) && !OUTPUT_METERS.has(meter))
    .map(({ meter, quantity, costUsd }) => ({
      name: inWords(meter),
      quantity,
      costUsd: Number(costUsd),
      savedUsd: null,
      isDetail: false,
    }));
}

function notesOf({ costUsd, basis, errorPercent = null, approximate, model = null, unpricedCalls = 0 }: CostNumbers) {
  if (costUsd === null) return [{ kind: "unpriced", model } satisfies CostNote];
  const notes: CostNote[] = [];
  if (basis === "estimated") {
    const share = errorPercent === null ? null : errorPercent / 100;
    const lowUsd = share === null ? null : Math.max(0, costUsd * (1 - share));
    notes.push({ kind: "estimated", errorPercent, lowUsd, highUsd: share === null ? null : costUsd * (1 + share) });
  }
  if (basis === "reported") notes.push({ kind: "reported" });
  if (approximate === true) notes.push({ kind: "approximate" });
  if (unpricedCalls > 0) notes.push({ kind: "partlyUnpriced", calls: unpricedCalls });
  return notes;
}

function errorPercentOf({ metadata }: OutlayEvent): number | null {
  const percent = metadata?.["usageErrorPercent"];
  return typeof percent === "number" && Number.isFinite(percent) && percent >= 0 ? percent : null;
}

/** Null when there are no such lines: what they cost is then not known. */
function costOf(lines: OutlayCostLine[], meters: ReadonlySet<string>): number | null {
  const own = lines.filter(({ meter }) => meters.has(meter));
  return own.length === 0 ? null : own.reduce((sum, { costUsd }) => sum + Number(costUsd), 0);
}

/** `audioSeconds` → `Audio seconds`. */
function inWords(meter: string): string {
  const words = meter.replaceAll(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const INPUT_METERS: ReadonlySet<string> = new Set([
  "input",
  "cacheRead",
  "cacheWrite",
  "cacheWrite1h",
  "inputAudio",
  "cacheReadAudio",
  "inputImage",
]);
const OUTPUT_METERS: ReadonlySet<string> = new Set(["output", "reasoning", "outputAudio", "outputImage"]);
