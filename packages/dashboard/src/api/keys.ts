import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";
import { FIGURES } from "./questions.ts";

/** What a key may be used for. */
export type Scope = "ingest" | "gateway" | "read" | "admin";

/** One of Outlay's own keys, without its token. */
export interface Key {
  id: string;
  name: string;
  scopes: Scope[];
  /** Whose calls are made with it; `tags` is a table. */
  attribution: Record<string, unknown>;
  lastFour: string;
  createdAt: string;
  /** Null: never. */
  expiresAt: string | null;
  expired: boolean;
  /** The token before the last rotation, while it still works. */
  previous: { lastFour: string; until: string } | null;
  lastUsedAt: string | null;
  /** The newest first. */
  usedFrom: { address: string; firstAt: string; lastAt: string }[];
}

const PATH = "/api/v1/keys";
const at = (id: string): `/${string}` => `${PATH}/${encodeURIComponent(id)}`;

/** Asked again when calls arrive: they may have been made with one of them. */
export const keysQuestion = queryOptions({
  queryKey: [FIGURES, PATH],
  queryFn: ({ signal }) => getJson<{ keys: Key[] }>(PATH, new URLSearchParams(), signal),
  placeholderData: keepPreviousData,
});

/** The token is in this answer and nowhere else. */
export const createKey = (body: Record<string, unknown>) => sendJson<{ key: Key; token: string }>("POST", PATH, body);
export const changeKey = (id: string, body: Record<string, unknown>) => sendJson<{ key: Key }>("PATCH", at(id), body);
/** A new token; the one before works for so many hours more. */
export const rotateKey = (id: string, overlapHours: number) =>
  sendJson<{ key: Key; token: string }>("POST", `${at(id)}/rotate`, { overlapHours });
export const revokeKey = (id: string) => sendJson("DELETE", at(id));
