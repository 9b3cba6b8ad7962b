/** Clients try again within seconds, or after the minute that a provider asks for. */
const REMEMBERED_MS = 5 * 60_000;
const MAX_REMEMBERED = 256;
/** Of a longer request its two ends and its length are compared. */
const COMPARED_CHARACTERS = 2_048;
const MAX_ATTEMPT = 1_000;

/** Which try of one call a request is. */
export interface Attempt {
  /** 1 for the first. */
  number: number;
  /** Event id of the first attempt; null: this is the first, or the first is not known. */
  call: string | null;
}

/**
 * Knows which requests repeat one that failed before: the same request within five minutes after a failure. What a
 * client says of itself (`declared`) is believed. Memory is bounded.
 */
export class Attempts {
  readonly #now: () => number;
  /** Oldest first. */
  readonly #failures = new Map<string, { number: number; call: string; atMs: number }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  find(request: string, declared: number | null): Attempt {
    if (declared === 1 || this.#failures.size === 0) return { number: declared ?? 1, call: null };
    const failure = this.#failures.get(keyOf(request));
    if (failure === undefined || this.#now() - failure.atMs > REMEMBERED_MS)
      return { number: declared ?? 1, call: null };
    return { number: declared ?? Math.min(MAX_ATTEMPT, failure.number + 1), call: failure.call };
  }

  /** This attempt failed in a way that clients try again after. */
  failed(request: string, id: string, attempt: Attempt): void {
    const key = keyOf(request);
    this.#failures.delete(key);
    this.#failures.set(key, { number: attempt.number, call: attempt.call ?? id, atMs: this.#now() });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_REMEMBERED) return;
      this.#failures.delete(oldest);
    }
  }
}

/** What the clients of OpenAI and Anthropic say; null when a client says nothing. */
export function declaredAttempt(headers: Headers): number | null {
  const retries = /^\d{1,3}$/.exec(headers.get("x-stainless-retry-count") ?? "");
  return retries === null ? null : Number(retries[0]) + 1;
}

function keyOf(request: string): string {
  if (request.length <= 2 * COMPARED_CHARACTERS) return request;
  return `${request.length} ${request.slice(0, COMPARED_CHARACTERS)} ${request.slice(-COMPARED_CHARACTERS)}`;
}
