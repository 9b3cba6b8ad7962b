import type { EventUsage } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { SizeSketch } from "./size-sketch.ts";

/** Calls that are alike: what they use is learned together. */
export interface SizedRoute {
  /** As in events. */
  provider: string;
  operation: string;
  model: string;
}

/** What is learned of calls: counts of one call, or of one byte of its request. */
const SIZES = ["outputTokens", "inputTokensPerKilobyte", "images", "audioSeconds", "pages", "searches"] as const;
export type Size = (typeof SIZES)[number];

/** How large calls of a route mostly are, learned from those before. */
export interface LearnedSizes {
  /** A call has ended well, and its usage is known. `textBytes`: of the request without pictures and sounds; null: not known. */
  learn(route: SizedRoute, call: { usage: EventUsage; choices: number; textBytes: number | null }): void;
  /** What the share `q` of the calls stays below; null: too few are known. `q` 1: the largest seen, however few. */
  size(route: SizedRoute, size: Size, q: number): number | null;
  /** Whether the bytes of a request are worth counting now: the first calls of a route teach most. */
  wantsBytes(route: SizedRoute): boolean;
  /** Keeps what was learned. */
  close(): Promise<void>;
}

const DOCUMENT = "limits/learned-sizes";
const SAVE_DELAY_MS = 30_000;
/** Routes that are remembered, those longest unused are forgotten first: names of models come from outside. */
const MAX_ROUTES = 500;
/** Fewer calls say nothing about the one in twenty that is larger. */
const LEAST_CALLS = 20;
/** So many calls of a route are learned from as they come, then one in sixteen. */
const FIRST_CALLS = 64;
const LATER_EVERY = 16;

type Sketches = Partial<Record<Size, SizeSketch>>;

/** Opens what was learned before. */
export async function openLearnedSizes(storage: Storage): Promise<LearnedSizes> {
  const routes = readRoutes(await storage.getDocument(DOCUMENT));
  let saving: NodeJS.Timeout | null = null;
  let calls = 0;

  const save = async () => {
    saving = null;
    // What cannot be kept now is kept with the next call.
    await storage.putDocument(DOCUMENT, savedRoutes(routes)).catch(() => {});
  };
  const sketchesOf = (route: SizedRoute): Sketches => {
    const key = keyOf(route);
    const known = routes.get(key);
    if (known !== undefined) return known;
    const sketches: Sketches = {};
    routes.set(key, sketches);
    if (routes.size > MAX_ROUTES) routes.delete(routes.keys().next().value!);
    return sketches;
  };

  return {
    learn(route, { usage, choices, textBytes }) {
      const sketches = sketchesOf(route);
      const add = (size: Size, value: number | undefined) => {
        if (value !== undefined) (sketches[size] ??= new SizeSketch()).add(value);
      };
      if (usage.outputTokens !== undefined) add("outputTokens", usage.outputTokens / choices);
      if (textBytes !== null && textBytes > 0 && usage.inputTokens !== undefined) {
        add("inputTokensPerKilobyte", (usage.inputTokens / textBytes) * 1_024);
      }
      add("images", usage.images);
      add("audioSeconds", usage.audioSeconds);
      add("pages", usage.pages);
      // Most calls do not search, and then say nothing of it.
      if (usage.searches !== undefined || sketches.searches !== undefined) add("searches", usage.searches ?? 0);
      saving ??= setTimeout(() => void save(), SAVE_DELAY_MS).unref();
    },
    size(route, size, q) {
      const sketch = routes.get(keyOf(route))?.[size];
      if (sketch === undefined || (q < 1 && sketch.counted < LEAST_CALLS)) return null;
      return sketch.quantile(q);
    },
    wantsBytes(route) {
      calls += 1;
      const counted = routes.get(keyOf(route))?.inputTokensPerKilobyte?.counted ?? 0;
      return counted < FIRST_CALLS || calls % LATER_EVERY === 0;
    },
    async close() {
      if (saving === null) return;
      clearTimeout(saving);
      await save();
    },
  };
}

function keyOf({ provider, operation, model }: SizedRoute): string {
  return `${provider} ${operation} ${model}`;
}

function savedRoutes(routes: Map<string, Sketches>): unknown {
  return Object.fromEntries(
    [...routes].map(([key, sketches]) => [
      key,
      Object.fromEntries(Object.entries(sketches).map(([size, sketch]) => [size, sketch.save()])),
    ]),
  );
}

/** Whatever is not as it was written is left out: it will be learned again. */
function readRoutes(document: unknown): Map<string, Sketches> {
  const routes = new Map<string, Sketches>();
  if (typeof document !== "object" || document === null) return routes;
  for (const [key, saved] of Object.entries(document)) {
    if (typeof saved !== "object" || saved === null) continue;
    const sketches: Sketches = {};
    for (const size of SIZES) {
      const sketch = SizeSketch.load((saved as Record<string, unknown>)[size]);
      if (sketch !== null) sketches[size] = sketch;
    }
    routes.set(key, sketches);
  }
  return routes;
}
