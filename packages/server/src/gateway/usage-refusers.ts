const MAX_REMEMBERED = 1_000;
/** Servers are upgraded: after so long they are asked again. */
const REMEMBERED_MS = 3_600_000;

/** Models and servers that refuse a request which asks for the usage of its stream. */
export class UsageRefusers {
  readonly #now: () => number;
  readonly #refusedAtMs = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  add(provider: string, model: string | null): void {
    if (this.#refusedAtMs.size >= MAX_REMEMBERED) this.#refusedAtMs.clear();
    this.#refusedAtMs.set(`${provider} ${model}`, this.#now());
  }

  has(provider: string, model: string | null): boolean {
    if (this.#refusedAtMs.size === 0) return false;
    const atMs = this.#refusedAtMs.get(`${provider} ${model}`);
    return atMs !== undefined && this.#now() - atMs < REMEMBERED_MS;
  }
}
