import type { Storage } from "../storage/storage.ts";
import { Calibration } from "./calibration.ts";
import { CONTENT_CLASSES } from "./content-class.ts";
import type { TokensByClass } from "./count-tokens.ts";
import { familyOf, type Family } from "./families.ts";
import type { TextSample } from "./text-sample.ts";
import { Tokenizer } from "./tokenizer.ts";

export { promptText } from "./prompt-text.ts";
export type { TextSample } from "./text-sample.ts";

/** Texts of one call. null: nobody saw it. */
export interface CallTexts {
  provider: string;
  model: string;
  prompt: TextSample | null;
  produced: TextSample | null;
}

/** Tokens as far as they can be told. */
export interface Estimate {
  /** null: there is no text to tell it from, or there is more in the prompt than text. */
  inputTokens: number | null;
  outputTokens: number | null;
  /** What nine in ten calls stay within, either way; of the wider of both. 100: something is in the call that cannot be told. */
  errorPercent: number;
}

/** Token counts for calls whose provider gave none. */
export interface Estimates {
  /**
   * Tokens of a prompt and of generated text for a model. Counted in a thread, bounded on hostile input, never rejects:
   * when nothing can be counted, characters are divided, and the band says so.
   */
  estimate(call: CallTexts): Promise<Estimate>;
  /** The same from numbers of characters alone, at once. */
  estimateFromCharacters(call: {
    provider: string;
    model: string;
    promptCharacters: number | null;
    producedCharacters: number | null;
  }): Estimate;
  /** Whether `learn` would take a call of this model now: so that nobody gathers text for nothing. */
  wantsToLearn(provider: string, model: string): boolean;
  /**
   * Learns tokens per text of a model from a call whose usage was reported: `inputTokens` with cached ones, `outputTokens`
   * without thoughts that `produced` does not have. Cheap on the calling thread; drops what is too much.
   */
  learn(call: CallTexts & { inputTokens: number | null; outputTokens: number | null }): void;
  /** Ends the thread and keeps what was learned. Estimates that wait are answered. */
  close(): Promise<void>;
}

export interface EstimatesOptions {
  storage: Storage;
  /** How long the counting thread is kept with nothing to do. Default: 15 s. */
  idleMs?: number;
  /** How long calls to learn from are gathered before they are counted. Default: 2 s. */
  gatherMs?: number;
}

/** Opens the estimates with what was learned before. */
export async function openEstimates({
  storage,
  idleMs = 15_000,
  gatherMs = 2_000,
}: EstimatesOptions): Promise<Estimates> {
  const calibration = new Calibration(await storage.getDocument(DOCUMENT));
  return new CalibratedEstimates(storage, calibration, new Tokenizer({ idleMs }), gatherMs);
}

const DOCUMENT = "estimates/calibration";
const SAVE_DELAY_MS = 30_000;
/** Calls that wait to be learned from: at most 1 MB of text. */
const MAX_WAITING = 16;
/** Calls of one model that are learned from as they come; later ones only now and then. */
const FIRST_CALLS = 200;
const LATER_INTERVAL_MS = 60_000;
/** Those wait longer, so that the thread need not start for each. */
const LATER_GATHER_MS = 300_000;
/** Models of which the last learning is remembered. */
const MAX_MODELS = 1_000;
/** Characters of a token where nothing is known of the text: English has more, code and JSON fewer. */
const CHARACTERS_PER_TOKEN = 4;
/** What nine in ten calls stay within when only characters were counted: English, code, JSON. Chinese is not among them. */
const CHARACTERS_ERROR_PERCENT = 40;
const LEARNED_CHARACTERS_ERROR_PERCENT = 25;
/** What stands around messages and tools is the same for all calls of a model, but not for all models of a family. */
const OVERHEAD_ERROR_PERCENT = 30;
/** Where a part of a call is not known at all. */
const UNTOLD_PERCENT = 100;
/** Text behind the sample may be of another kind. */
const UNSEEN_ERROR_PERCENT = 15;

type Sample = Parameters<Estimates["learn"]>[0];
const DIRECTIONS = ["prompt", "produced"] as const;
type Direction = (typeof DIRECTIONS)[number];

/** Tokens of one text, without what was learned about the model. */
interface Counted {
  tokens: number;
  errorPercent: number;
}

class CalibratedEstimates implements Estimates {
  #storage: Storage;
  #calibration: Calibration;
  #tokenizer: Tokenizer;
  #gatherMs: number;
  #waiting: Sample[] = [];
  #learning: { timer: NodeJS.Timeout; atMs: number } | null = null;
  #saving: NodeJS.Timeout | null = null;
  #lastLearnedMs = new Map<string, number>();
  #closed = false;

  constructor(storage: Storage, calibration: Calibration, tokenizer: Tokenizer, gatherMs: number) {
    this.#storage = storage;
    this.#calibration = calibration;
    this.#tokenizer = tokenizer;
    this.#gatherMs = gatherMs;
  }

  async estimate(call: CallTexts): Promise<Estimate> {
    const counted = await this.#count(call);
    const known = (direction: Direction) =>
      this.#calibrated(call, direction, counted?.[direction] ?? null) ?? this.#guessed(call, direction);
    const estimate = estimateOf(known("prompt"), known("produced"));
    return call.prompt === null || isCountable(call.prompt) ? estimate : { ...estimate, errorPercent: UNTOLD_PERCENT };
  }

  estimateFromCharacters({
    provider,
    model,
    promptCharacters,
    producedCharacters,
  }: Parameters<Estimates["estimateFromCharacters"]>[0]): Estimate {
    const family = familyOf(provider, model);
    const byCharacters = (direction: Direction, characters: number | null) =>
      characters === null ? null : this.#byCharacters(family, keyOf({ provider, model }), direction, characters);
    const prompt = promptCharacters === 0 ? null : byCharacters("prompt", promptCharacters);
    return estimateOf(prompt, byCharacters("produced", producedCharacters));
  }

  wantsToLearn(provider: string, model: string): boolean {
    if (this.#closed || this.#waiting.length >= MAX_WAITING) return false;
    const key = keyOf({ provider, model });
    if (this.#calibration.calls(key) < FIRST_CALLS) return true;
    return performance.now() - (this.#lastLearnedMs.get(key) ?? -Infinity) > LATER_INTERVAL_MS;
  }

  learn(call: Sample): void {
    if (!this.wantsToLearn(call.provider, call.model)) return;
    const key = keyOf(call);
    if (this.#lastLearnedMs.size >= MAX_MODELS) this.#lastLearnedMs.clear();
    this.#lastLearnedMs.set(key, performance.now());
    this.#waiting.push(call);
    const isKnown = this.#calibration.calls(key) >= FIRST_CALLS && this.#waiting.length < MAX_WAITING;
    this.#learnIn(isKnown ? LATER_GATHER_MS : this.#gatherMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#learning?.timer);
    this.#waiting = [];
    await this.#tokenizer.close();
    if (this.#saving === null) return;
    clearTimeout(this.#saving);
    await this.#save();
  }

  /** Both texts in one go; null where there is nothing to count. null as a whole: the tokenizer does not answer. */
  async #count(call: CallTexts): Promise<Record<Direction, Counted | null> | null> {
    const texts = DIRECTIONS.filter((direction) => hasSample(call[direction]));
    const samples = texts.map((direction) => call[direction]!.sample);
    const counts = samples.length === 0 ? [] : await this.#tokenizer.count(samples);
    if (counts === null) return null;
    const family = familyOf(call.provider, call.model);
    const of = (direction: Direction) => {
      const tokens = counts[texts.indexOf(direction)];
      return tokens === undefined ? null : weigh(family, call[direction]!, tokens);
    };
    const prompt = of("prompt");
    return { prompt: prompt && withOverhead(prompt, family, call.prompt!), produced: of("produced") };
  }

  #calibrated(call: CallTexts, direction: Direction, counted: Counted | null): Counted | null {
    if (counted === null) return null;
    const factor = this.#calibration.factor(keyOf(call), direction);
    const learned = this.#calibration.errorPercent(keyOf(call), direction);
    return { tokens: counted.tokens * factor, errorPercent: learned ?? counted.errorPercent };
  }

  /** Of a text that could not be counted. No prompt is empty: then it is not known. */
  #guessed(call: CallTexts, direction: Direction): Counted | null {
    const text = call[direction];
    if (text === null || !isCountable(text) || (direction === "prompt" && text.characters === 0)) return null;
    return this.#byCharacters(familyOf(call.provider, call.model), keyOf(call), direction, text.characters);
  }

  #byCharacters(family: Family, key: string, direction: Direction, characters: number): Counted {
    const learned = this.#calibration.charactersPerToken(key, direction);
    return learned === null
      ? {
          tokens: (characters / CHARACTERS_PER_TOKEN) * family.factors.english,
          errorPercent: Math.max(CHARACTERS_ERROR_PERCENT, family.errorPercent.english),
        }
      : { tokens: characters / learned, errorPercent: LEARNED_CHARACTERS_ERROR_PERCENT };
  }

  /** At the latest; what was going to be sooner stays so. */
  #learnIn(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    if (this.#learning !== null && this.#learning.atMs <= atMs) return;
    clearTimeout(this.#learning?.timer);
    this.#learning = { timer: setTimeout(() => void this.#learnWaiting(), delayMs).unref(), atMs };
  }

  /** One call after the other, so that an estimate never waits behind more than one. */
  async #learnWaiting(): Promise<void> {
    for (const call of this.#waiting.splice(0)) await this.#learnFrom(call);
    this.#learning = null;
    if (this.#waiting.length > 0 && !this.#closed) this.#learnIn(this.#gatherMs);
  }

  async #learnFrom(call: Sample): Promise<void> {
    const counted = await this.#count(call);
    const reported = { prompt: call.inputTokens, produced: call.outputTokens };
    for (const direction of DIRECTIONS) {
      const estimatedTokens = counted?.[direction]?.tokens;
      const reportedTokens = reported[direction];
      if (estimatedTokens === undefined || reportedTokens === null) continue;
      const { characters } = call[direction]!;
      this.#calibration.learn(keyOf(call), direction, { estimatedTokens, reportedTokens, characters });
    }
    if (!this.#closed) this.#saving ??= setTimeout(() => void this.#save(), SAVE_DELAY_MS).unref();
  }

  /** What cannot be kept now is kept with the next call that is learned from. */
  async #save(): Promise<void> {
    this.#saving = null;
    await this.#storage.putDocument(DOCUMENT, this.#calibration.save()).catch(() => {});
  }
}

function keyOf({ provider, model }: { provider: string; model: string }): string {
  return `${provider}/${model}`;
}

function isCountable(text: TextSample): boolean {
  return (text.uncountable ?? 0) === 0;
}

function hasSample(text: TextSample | null): boolean {
  return text !== null && isCountable(text) && text.sample !== "";
}

/** From o200k tokens of the sample to this family's tokens of the whole text. */
function weigh(family: Family, { characters, sample }: TextSample, counted: TokensByClass): Counted {
  let tokens = 0;
  let errors = 0;
  for (const kind of CONTENT_CLASSES) {
    const weighed = (counted[kind] ?? 0) * family.factors[kind];
    tokens += weighed;
    errors += weighed * family.errorPercent[kind];
  }
  const seen = Math.min(sample.length, characters);
  const unseenShare = characters === 0 ? 0 : 1 - seen / characters;
  return {
    tokens: seen === 0 ? 0 : (tokens * characters) / seen,
    errorPercent: (tokens === 0 ? family.errorPercent.english : errors / tokens) + unseenShare * UNSEEN_ERROR_PERCENT,
  };
}

function withOverhead(counted: Counted, family: Family, { messages = 1, tools = 0 }: TextSample): Counted {
  const forTools = tools > 0 ? family.withTools + family.perTool * tools : 0;
  const around = family.perCall + family.perMessage * messages + forTools;
  const tokens = counted.tokens + around;
  const error = counted.tokens * counted.errorPercent + around * OVERHEAD_ERROR_PERCENT;
  return { tokens, errorPercent: tokens === 0 ? counted.errorPercent : error / tokens };
}

function estimateOf(prompt: Counted | null, produced: Counted | null): Estimate {
  return {
    inputTokens: prompt === null ? null : Math.round(prompt.tokens),
    outputTokens: produced === null ? null : Math.round(produced.tokens),
    errorPercent:
      prompt === null && produced === null
        ? UNTOLD_PERCENT
        : Math.ceil(Math.max(prompt?.errorPercent ?? 0, produced?.errorPercent ?? 0)),
  };
}
