import type { ServedUsage } from "./serve-answer.ts";

/** An answer in somebody's language, ready to be sent. */
export interface Reply {
  contentType: string;
  headers?: Record<string, string>;
  /** All of it, or the pieces of a stream. */
  body: string | Uint8Array | Iterable<Piece>;
  /** A piece that says that something failed; for streams. */
  errorPiece?: Piece;
  /** What the answer says was used, for `GET /mock/requests`; null when it says nothing. */
  served: Partial<ServedUsage> | null;
  reportedCostUsd?: number;
  /** Besides tokens: pictures, seconds, characters. */
  units?: Record<string, number | string>;
}

/** What is sent at once: text, or bytes where the language is binary. */
export type Piece = string | Uint8Array;

/** One server-sent event. */
export function event(data: unknown, name?: string): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${name === undefined ? "" : `event: ${name}\n`}data: ${text}\n\n`;
}

export const EVENTS = "text/event-stream; charset=utf-8";
export const LINES = "application/x-ndjson";
export const JSON_TYPE = "application/json; charset=utf-8";

/** A whole answer. */
export function json(body: unknown, rest: Omit<Reply, "contentType" | "body">): Reply {
  return { contentType: JSON_TYPE, body: JSON.stringify(body), ...rest };
}

/** The counts that a language has words for. */
export function said(usage: ServedUsage, names: (keyof ServedUsage)[]): Partial<ServedUsage> {
  return Object.fromEntries(names.map((name) => [name, usage[name]]));
}

/** When mock answers say they were made: the same for all, so that answers are equal. In seconds since 1970. */
export const CREATED_S = 1_795_000_000;
