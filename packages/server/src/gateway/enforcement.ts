import type { PriceBook } from "../prices/price-book.ts";
import type { LearnedSizes } from "../limits/learned-sizes.ts";
import type { CallToCheck, Limit, Verdict } from "../limits/limit.ts";
import { worstCaseOf, type AskedCall } from "../limits/worst-case.ts";

/** The part of the limits that the gateway needs. */
export interface EnforcedLimits {
  list(): Limit[];
  lease(call: CallToCheck): Verdict | Promise<Verdict>;
}

/** A call that is about to go to its provider. */
export interface CallToEnforce {
  eventId: string;
  /** null: nobody can tell what it will cost. */
  asked: AskedCall | null;
  provider: string;
  model: string;
  dimensions: CallToCheck["dimensions"];
  tags: CallToCheck["tags"];
  /** Whether the request can be changed to go to another model. */
  canSwapTo: (model: string) => boolean;
}

/** No decision could be made: the store failed, or did not answer in time. */
export interface Undecided {
  kind: "undecided";
  /** A limit that may apply wants to be held in any case: the call must not go. */
  isStrict: boolean;
}

/** Longest that a call waits for counters that are not in memory. */
const MAX_WAIT_MS = 10_000;

/** Asks the limits whether calls may go. Never throws. */
export class Enforcement {
  readonly #limits: EnforcedLimits;
  readonly #prices: PriceBook;
  readonly sizes: LearnedSizes;
  readonly #logFailure: (where: string, error: unknown) => void;

  constructor(options: {
    limits: EnforcedLimits;
    prices: PriceBook;
    sizes: LearnedSizes;
    logFailure: (where: string, error: unknown) => void;
  }) {
    this.#limits = options.limits;
    this.#prices = options.prices;
    this.sizes = options.sizes;
    this.#logFailure = options.logFailure;
  }

  /** Nobody has to be asked when nothing is limited. */
  get isNeeded(): boolean {
    return this.#limits.list().length > 0;
  }

  get prices(): PriceBook {
    return this.#prices;
  }

  /** At once when everything that it takes is in memory. */
  ask(call: CallToEnforce): Verdict | Undecided | Promise<Verdict | Undecided> {
    try {
      const verdict = this.#limits.lease(this.#callToCheck(call));
      return verdict instanceof Promise ? this.#inTime(verdict, call) : verdict;
    } catch (error) {
      return this.undecided(error, call);
    }
  }

  /** Something failed before anything could be decided. `call`: as far as it is known. */
  undecided(error: unknown, call: CallToEnforce | null): Undecided {
    this.#logFailure("gateway limits", error);
    const isStrict = this.#limits.list().some((limit) => {
      return limit.enabled && limit.enforcement?.strict === true && (call === null || mayApply(limit, call));
    });
    return { kind: "undecided", isStrict };
  }

  #callToCheck({ asked, canSwapTo, ...call }: CallToEnforce): CallToCheck {
    if (asked === null) return { ...call, worstCase: { mostNanoUsd: null, likelyNanoUsd: null, mostTokens: 0 } };
    const costs = (model: string) => worstCaseOf(this.#prices, this.sizes, { ...asked, model });
    return {
      ...call,
      worstCase: worstCaseOf(this.#prices, this.sizes, asked),
      // Where the model cannot be exchanged, the call goes as it was asked for.
      worstCaseOf: (model) => costs(canSwapTo(model) ? model : asked.model),
    };
  }

  async #inTime(verdict: Promise<Verdict>, call: CallToEnforce): Promise<Verdict | Undecided> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => (limit = setTimeout(resolve, MAX_WAIT_MS, "late")));
    try {
      const first = await Promise.race([verdict, late]);
      if (first !== "late") return first;
      // What is set aside after all belongs to nobody.
      verdict.then((it) => it.kind === "pass" && it.lease.release()).catch(() => {});
      return this.undecided(new Error(`no decision within ${MAX_WAIT_MS} ms`), call);
    } catch (error) {
      return this.undecided(error, call);
    } finally {
      clearTimeout(limit);
    }
  }
}

/** False only where a filter of the limit names other calls than this one. Patterns are not looked at. */
function mayApply(limit: Limit, { dimensions, tags, provider, model }: CallToEnforce): boolean {
  const known: Record<string, string | undefined> = { ...dimensions, provider, model };
  return limit.filters.every(({ dimension, values, patterns, exclude }) => {
    if (patterns.length > 0) return true;
    const value = dimension.startsWith("tag:") ? tags[dimension.slice(4)] : known[dimension];
    return values.includes(value ?? null) !== exclude;
  });
}
