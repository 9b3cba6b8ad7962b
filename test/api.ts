import type { WireEvent } from "@outlay/core";

/** What the API answers to recorded events. */
export interface Recorded {
  accepted: number;
  duplicates: number;
  rejected: { index: number; field: string; code: string; reason: string }[];
  ids: string[];
}

export interface QueryRow {
  [field: string]: string | number | boolean | null;
}

export interface Answer {
  rows: QueryRow[];
  totals: Record<string, number | null>;
}

/** GET that must succeed. */
export async function get<T = Answer>(url: string, path: string): Promise<T> {
  return answerOf<T>(path, await fetch(`${url}${path}`));
}

/** POST that must succeed. */
async function post<T>(url: string, path: string, body: unknown): Promise<T> {
  return answerOf<T>(path, await postJson(`${url}${path}`, body));
}

/** POST that may fail. */
export function postJson(address: string, body: unknown): Promise<Response> {
  return fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

export const record = (url: string, events: WireEvent[]) => post<Recorded>(url, "/api/v1/events", { events });

/** Every event that the server has, as it exports them. */
export async function exportedEvents(url: string): Promise<(WireEvent & { id: string; costUsd: number | null })[]> {
  const answer = await fetch(`${url}/api/v1/export?format=jsonl&period=all`);
  if (!answer.ok) throw new Error(`export answered ${answer.status}: ${await answer.text()}`);
  const lines = (await answer.text()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as WireEvent & { id: string; costUsd: number | null });
}

/** What a check of all sums against the events finds. */
export async function verifyRollups(url: string): Promise<{ compared: number; different: number; examples: string[] }> {
  return post(url, "/api/v1/maintenance/verify-rollups", { repair: false });
}

/** Dollars on the wire are exact to nine decimals; sums of them are made of integers. */
export const nanoUsd = (usd: number | null | undefined) => BigInt(Math.round((usd ?? 0) * 1e9));

async function answerOf<T>(path: string, answer: Response): Promise<T> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 1_000)}`);
  return JSON.parse(text) as T;
}
