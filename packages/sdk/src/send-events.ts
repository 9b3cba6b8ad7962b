import { bodyOf } from "./batch.ts";
import type { Platform } from "./platform.ts";
import { retryAfterMs } from "./retry-delay.ts";

/** What the server made of a request. */
export type Sent =
  /** It has taken what was good. */
  | { kind: "taken"; accepted: number; duplicates: number; rejected: Rejection[] }
  /** Come back later: it is away, busy, broken, or does not let us in. */
  | { kind: "failed"; what: string; refused: boolean; afterMs: number | null }
  /** It refuses the body as a whole: something in it, or its size, is wrong. */
  | { kind: "unreadable"; what: string };

export interface Rejection {
  code: string;
  reason: string;
}

/** Where events go, and how. */
export interface Destination {
  /** Address of `POST /api/v1/events`. */
  address: string;
  key: string | undefined;
  timeoutMs: number;
  /** Turned off when the server refuses compressed bodies. */
  compress: boolean;
}

/** Bodies smaller than this are not worth compressing, in bytes. */
const MIN_GZIP_BYTES = 1_024;

/** Sends lines of events once. Never rejects. */
export async function sendEvents(lines: Uint8Array, to: Destination, platform: Platform): Promise<Sent> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (to.key !== undefined) headers["authorization"] = `Bearer ${to.key}`;
  let body = bodyOf(lines);
  try {
    if (to.compress && platform.gzip !== null && body.length >= MIN_GZIP_BYTES) {
      body = await platform.gzip(body);
      headers["content-encoding"] = "gzip";
    }
    const { status, retryAfter, text } = await platform.post({
      url: to.address,
      headers,
      body,
      timeoutMs: to.timeoutMs,
    });
    if (status === 415 && headers["content-encoding"] !== undefined) {
      to.compress = false;
      return await sendEvents(lines, to, platform);
    }
    return understood(status, text, retryAfterMs(retryAfter, Date.now()));
  } catch (error) {
    return { kind: "failed", what: messageOf(error), refused: false, afterMs: null };
  }
}

function understood(status: number, text: string, afterMs: number | null): Sent {
  const answer = readAnswer(text);
  // 200, or 400 when none was valid. Anything else that says 200 is not Outlay, and nothing is safe there.
  if ((status === 200 || status === 400) && answer !== null) return { kind: "taken", ...answer };
  const what = `${status}${text === "" ? "" : `: ${text.slice(0, 200)}`}`;
  if (status === 400 || status === 413 || status === 422) return { kind: "unreadable", what };
  const refused = status >= 300 && status < 500 && ![408, 425, 429].includes(status);
  return { kind: "failed", what, refused: refused || status < 300, afterMs };
}

function readAnswer(text: string): { accepted: number; duplicates: number; rejected: Rejection[] } | null {
  try {
    const { accepted, duplicates, rejected } = JSON.parse(text) as Record<string, unknown>;
    if (typeof accepted !== "number" || typeof duplicates !== "number" || !Array.isArray(rejected)) return null;
    return { accepted, duplicates, rejected: rejected as Rejection[] };
  } catch {
    return null;
  }
}

function messageOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return [message, cause?.code ?? cause?.message].filter(Boolean).join(": ") || "no answer";
}
