import type { Lease } from "../limits/limit.ts";

/** A lease expires a quarter of an hour after its owner was last heard of. */
const RENEW_INTERVAL_MS = 5 * 60_000;

/**
 * What is set aside for calls that are running, or whose events are not stored yet. Keeps it from expiring as long as that lasts, and
 * lets go of it when no event will settle it.
 */
export class OpenLeases {
  /** By the id of the event that settles it. */
  readonly #leases = new Map<string, Lease>();
  #timer: NodeJS.Timeout | null = null;

  add(eventId: string, lease: Lease): void {
    this.#leases.set(eventId, lease);
    this.#timer ??= setInterval(() => this.#renew(), RENEW_INTERVAL_MS).unref();
  }

  /** Its event has been stored, or never will be. */
  over(eventId: string): void {
    if (this.#timer === null) return;
    const lease = this.#leases.get(eventId);
    if (lease === undefined) return;
    this.#leases.delete(eventId);
    // Nothing is left of it when an event has settled it.
    lease.release();
    if (this.#leases.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #renew(): void {
    for (const lease of this.#leases.values()) lease.renew();
  }
}
