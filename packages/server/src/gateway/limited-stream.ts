import type { Measured } from "@outlay/providers";
import { closingPieces } from "./closing-pieces.ts";
import type { StreamBudget } from "./stream-budget.ts";
import { openFrames, type StreamFrames } from "./stream-frames.ts";

/** What a stream has cost is looked at after so many bytes: some ten tokens. */
const LOOK_EVERY_BYTES = 2_048;
const COMMENT = ': outlay {"ended":"limit_exceeded"}\n\n';

/** A stream for which something is set aside: it may have to end before its model is finished. */
export class LimitedStream {
  readonly #budget: StreamBudget;
  readonly #contentType: string;
  /** null: nothing can be put behind what came, so it cannot be ended cleanly. */
  readonly #frames: StreamFrames | null;
  #unseenBytes = 0;

  /** `isEnded`: the limits want it to end when nothing more can be set aside. `isPlain`: it is not compressed. */
  constructor(budget: StreamBudget, options: { contentType: string; isEnded: boolean; isPlain: boolean }) {
    const { contentType, isEnded, isPlain } = options;
    this.#budget = budget;
    this.#contentType = contentType;
    this.#frames = isEnded && isPlain ? openFrames(contentType) : null;
  }

  /** What went to the client. */
  took(bytes: Buffer): void {
    this.#unseenBytes += bytes.length;
    this.#frames?.take(bytes);
  }

  /** False: nothing more can be set aside for it. `measured` is asked for what came so far, now and then. */
  mayGoOn(measured: () => Measured | null): boolean {
    if (this.#unseenBytes < LOOK_EVERY_BYTES) return true;
    this.#unseenBytes = 0;
    const soFar = measured();
    return soFar === null || this.#budget.allows(soFar);
  }

  /** Whether the last piece that went to the client is whole: behind it the stream can be ended. */
  isWhole(): boolean {
    return this.#frames === null || this.#frames.isWhole();
  }

  /** So many of these bytes belong to the piece that has begun; -1: all of them. */
  restOfPiece(bytes: Buffer): number {
    return this.#frames === null ? 0 : this.#frames.restOfPiece(bytes);
  }

  /**
   * What ends it, as if the most tokens that were asked for had been reached. null: it is ending by itself. "broken": nothing can be
   * put behind what came.
   */
  closing(withUsage: boolean): Buffer | null | "broken" {
    if (this.#frames === null) return "broken";
    const seen = this.#frames.pieces();
    const closing = closingPieces(seen, this.#budget.tokens, withUsage);
    if (closing === null) return null;
    const hasNames = seen.some(({ event }) => event !== null);
    const pieces = hasNames ? closing.pieces : closing.pieces.map(({ data }) => ({ event: null, data }));
    const bytes = this.#frames.encode(pieces, closing);
    return this.#contentType.includes("event-stream") && !this.#contentType.includes("amazon")
      ? Buffer.concat([Buffer.from(COMMENT), bytes])
      : bytes;
  }
}
