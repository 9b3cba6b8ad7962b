import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** Clients try again within seconds, or after the minute that a provider asks for. */
const REMEMBERED_MS = 5 * 60_000;
const MAX_REMEMBERED = 10_000;
/** Of a longer body its two ends and its length are compared. */
const COMPARED_BYTES = 32_768;
const MAX_ATTEMPT = 1_000;

/** Which try of one call a request is. */
export interface Attempt {
  /** 1 for the first. */
  number: number;
  /** Event id of the first attempt; null: this is the first, or the first is not known. */
  call: string | null;
}

/** What makes two requests the same. */
export interface ComparedRequest {
  credential: string | null;
  path: string;
  body: Uint8Array;
}

/** Knows which requests repeat one that failed before. Memory is bounded. */
export interface Attempts {
  find(request: ComparedRequest, headers: IncomingHttpHeaders): Attempt;
  /** This attempt failed in a way that clients try again after. */
  failed(request: ComparedRequest, id: string, attempt: Attempt): void;
}

/**
 * Clients say `x-outlay-attempt`, or as those of OpenAI and Anthropic `x-stainless-retry-count`; others say nothing, and then
 * the same request after a failure is the next attempt.
 */
export function rememberAttempts(now: () => number): Attempts {
  /** Oldest first. */
  const failures = new Map<string, Attempt & { call: string; atMs: number }>();
  return {
    find(request, headers) {
      const declared = declaredAttempt(headers);
      const named = headers["x-outlay-call"];
      const call = typeof named === "string" && named !== "" && named.length <= 128 ? named : null;
      if (declared === 1 || call !== null || failures.size === 0) return { number: declared ?? 1, call };
      const failure = failures.get(keyOf(request));
      if (failure === undefined || now() - failure.atMs > REMEMBERED_MS) return { number: declared ?? 1, call: null };
      return { number: declared ?? Math.min(MAX_ATTEMPT, failure.number + 1), call: failure.call };
    },
    failed(request, id, attempt) {
      const key = keyOf(request);
      failures.delete(key);
      failures.set(key, { number: attempt.number, call: attempt.call ?? id, atMs: now() });
      for (const [oldest, { atMs }] of failures) {
        if (failures.size <= MAX_REMEMBERED && now() - atMs <= REMEMBERED_MS) break;
        failures.delete(oldest);
      }
    },
  };
}

function declaredAttempt(headers: IncomingHttpHeaders): number | null {
  const own = wholeNumber(headers["x-outlay-attempt"]);
  if (own !== null && own >= 1 && own <= MAX_ATTEMPT) return own;
  const retries = wholeNumber(headers["x-stainless-retry-count"]);
  return retries === null || retries >= MAX_ATTEMPT ? null : retries + 1;
}

function wholeNumber(value: string | string[] | undefined): number | null {
  return typeof value === "string" && /^\d{1,4}$/.test(value) ? Number(value) : null;
}

function keyOf({ credential, path, body }: ComparedRequest): string {
  const ends =
    body.length <= 2 * COMPARED_BYTES
      ? body
      : Buffer.concat([body.subarray(0, COMPARED_BYTES), body.subarray(body.length - COMPARED_BYTES)]);
  return `${credential} ${path} ${body.length} ${hash("sha256", ends, "base64")}`;
}
