import type { EventUsage } from "@outlay/core";
import type { Measured } from "@outlay/providers";
import type { Estimates } from "../estimates/estimates.ts";
import { costOfUsage, likelyUsage, type AskedCall } from "../limits/worst-case.ts";
import type { LearnedSizes } from "../limits/learned-sizes.ts";
import type { Lease } from "../limits/limit.ts";
import type { PriceBook } from "../prices/price-book.ts";
import type { TokensSoFar } from "./closing-pieces.ts";

/** What a stream may yet generate is set aside for so many tokens ahead. */
const TOKENS_AHEAD = 256;
/** More is set aside at once while there is room, so that it is asked for less often. */
const LARGE_STEP = 8;

/** What a stream has cost so far, and what is set aside for it: it grows as the stream goes on. */
export class StreamBudget {
  readonly #lease: Lease;
  readonly #asked: AskedCall;
  readonly #prices: PriceBook;
  readonly #estimates: Pick<Estimates, "estimateFromCharacters">;
  readonly #likely: EventUsage;
  #leasedNanoUsd: number;
  #tokens: TokensSoFar;

  constructor(options: {
    lease: Lease;
    asked: AskedCall;
    prices: PriceBook;
    sizes: LearnedSizes;
    estimates: Pick<Estimates, "estimateFromCharacters">;
  }) {
    this.#lease = options.lease;
    this.#leasedNanoUsd = options.lease.leasedNanoUsd;
    this.#asked = options.asked;
    this.#prices = options.prices;
    this.#estimates = options.estimates;
    this.#likely = likelyUsage(options.sizes, options.asked);
    this.#tokens = { inputTokens: this.#likely.inputTokens ?? 0, outputTokens: 0 };
  }

  /** Of what `allows` was last asked about. */
  get tokens(): TokensSoFar {
    return this.#tokens;
  }

  /** Whether the stream may go on. Sets aside more when what it has cost comes near to what was set aside. */
  allows(measured: Measured): boolean {
    const cost = this.#costOf(measured, 0);
    const ahead = this.#costOf(measured, TOKENS_AHEAD);
    if (cost === null || ahead === null || ahead <= this.#leasedNanoUsd) return true;
    const further = cost + (ahead - cost) * LARGE_STEP;
    if (this.#raiseTo(further) || this.#raiseTo(ahead)) return true;
    return cost <= this.#leasedNanoUsd;
  }

  #raiseTo(nanoUsd: number): boolean {
    if (!this.#lease.raiseTo(nanoUsd)) return false;
    this.#leasedNanoUsd = nanoUsd;
    return true;
  }

  /** What the provider has said so far counts; for the rest, what its text must have taken. */
  #costOf({ usage, produced }: Measured, moreTokens: number): number | null {
    const { provider, model } = this.#asked;
    const { outputTokens: counted } = this.#estimates.estimateFromCharacters({
      provider,
      model,
      promptCharacters: null,
      producedCharacters: produced.characters,
    });
    const inputTokens = usage?.inputTokens ?? this.#likely.inputTokens ?? 0;
    const outputTokens = Math.max(usage?.outputTokens ?? 0, counted ?? 0);
    this.#tokens = { inputTokens, outputTokens };
    const soFar = { ...this.#asked.usage, ...usage, inputTokens, outputTokens: outputTokens + moreTokens };
    return costOfUsage(this.#prices, this.#asked, soFar);
  }
}
