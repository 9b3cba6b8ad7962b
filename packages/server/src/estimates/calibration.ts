/** How far calls of one model have been from what was estimated, in one direction: prompts or generated text. */
interface Learned {
  /** Calls learned from, ever. */
  calls: number;
  /** Sums over calls, older ones counting less: tokens that the provider reported, and those estimated uncalibrated. */
  reported: number;
  estimated: number;
  /** Mean distance of a call from its calibrated estimate, as a share of it. */
  error: number;
  /** Characters of the same calls. */
  characters: number;
}

type Direction = "prompt" | "produced";

/** As it is kept in storage. */
export interface SavedCalibration {
  /** By `provider/model`, least recently changed first. */
  models: Record<string, Partial<Record<Direction, Learned>>>;
}

/** How much an older call counts beside the one that follows: about two hundred calls are remembered. */
const DECAY = 1 - 1 / 200;
/** At so many calls, what they say counts as much as the untouched estimate; a few more, and they say it alone. */
const HALF_TRUSTED_CALLS = 3;
/** One call beyond this has something else in it: pictures, hidden thoughts, tokens of another text. */
const PLAUSIBLE = 4;
/** Tokens up to which a call counts more the larger it is. */
const MAX_WEIGHT_TOKENS = 20_000;
const MIN_CALLS_FOR_ERROR = 30;
/** Of a normal distribution, nine in ten lie within about twice its mean distance. */
const BAND_PER_MEAN_ERROR = 2;
const MIN_CALLS_FOR_CHARACTERS = 10;
const MAX_MODELS = 500;

/** What was learned about tokens of each model, from calls whose usage was reported. In memory, bounded. */
export class Calibration {
  #models = new Map<string, Partial<Record<Direction, Learned>>>();

  /** Takes up what was saved; what cannot be read is left out. */
  constructor(saved: unknown = null) {
    const models: Record<string, object | null> = (saved as SavedCalibration | null)?.models ?? {};
    for (const [model, directions] of Object.entries(models).slice(-MAX_MODELS)) {
      const readable = Object.entries(directions ?? {}).filter(([, learned]) => isLearned(learned));
      this.#models.set(model, Object.fromEntries(readable));
    }
  }

  /** What to multiply the estimate of this model's tokens by. 1: nothing is known yet. */
  factor(model: string, direction: Direction): number {
    const learned = this.#models.get(model)?.[direction];
    if (learned === undefined) return 1;
    const trust = learned.calls ** 2 / (learned.calls ** 2 + HALF_TRUSTED_CALLS ** 2);
    return 1 + (learned.reported / learned.estimated - 1) * trust;
  }

  /** What nine in ten calls stay within, in percent; null until enough calls were seen. */
  errorPercent(model: string, direction: Direction): number | null {
    const learned = this.#models.get(model)?.[direction];
    if (learned === undefined || learned.calls < MIN_CALLS_FOR_ERROR) return null;
    return Math.max(1, Math.ceil(learned.error * BAND_PER_MEAN_ERROR * 100));
  }

  /** Calls of this model that were learned from. */
  calls(model: string): number {
    const { prompt, produced } = this.#models.get(model) ?? {};
    return Math.max(prompt?.calls ?? 0, produced?.calls ?? 0);
  }

  /** Characters that make a token in this model's calls; null until enough calls were seen. */
  charactersPerToken(model: string, direction: Direction): number | null {
    const learned = this.#models.get(model)?.[direction];
    if (learned === undefined || learned.calls < MIN_CALLS_FOR_CHARACTERS) return null;
    return learned.characters / learned.reported;
  }

  /** Learns from one call: what was estimated without calibration, and what the provider said. */
  learn(
    model: string,
    direction: Direction,
    call: { estimatedTokens: number; reportedTokens: number; characters: number },
  ): void {
    const { estimatedTokens, reportedTokens, characters } = call;
    if (estimatedTokens <= 0 || reportedTokens <= 0 || characters <= 0) return;
    const ratio = reportedTokens / estimatedTokens;
    if (ratio > PLAUSIBLE || ratio < 1 / PLAUSIBLE) return;
    const distance = Math.abs(reportedTokens / (estimatedTokens * this.factor(model, direction)) - 1);
    const learned = this.#of(model, direction);
    // by the root of its size: large calls make the total, but a few of them must not drown all others
    const weight = Math.sqrt(Math.min(estimatedTokens, MAX_WEIGHT_TOKENS)) / estimatedTokens;
    learned.calls += 1;
    learned.reported = learned.reported * DECAY + reportedTokens * weight;
    learned.estimated = learned.estimated * DECAY + estimatedTokens * weight;
    learned.characters = learned.characters * DECAY + characters * weight;
    // the first calls count fully, so that the mean is one of calls and not of its own beginning
    learned.error += (distance - learned.error) * Math.max(1 - DECAY, 1 / learned.calls);
  }

  save(): SavedCalibration {
    return { models: Object.fromEntries(this.#models) };
  }

  #of(model: string, direction: Direction): Learned {
    const directions = this.#models.get(model) ?? {};
    // last changed, last dropped
    this.#models.delete(model);
    this.#models.set(model, directions);
    if (this.#models.size > MAX_MODELS) this.#models.delete(this.#models.keys().next().value as string);
    return (directions[direction] ??= { calls: 0, reported: 0, estimated: 0, error: 0, characters: 0 });
  }
}

function isLearned(value: unknown): value is Learned {
  if (typeof value !== "object" || value === null) return false;
  const { calls, reported, estimated, error, characters } = value as Record<string, unknown>;
  return [calls, reported, estimated, characters].every((number) => isAmount(number) && number > 0) && isAmount(error);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
