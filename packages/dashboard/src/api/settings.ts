import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";

/** How this server runs: one setting, and which place says it. */
export interface Setting {
  name: string;
  label: string;
  description: string;
  kind: "text" | "number" | "days" | "on-off" | "time-zone" | "address" | "list" | "table";
  value: unknown;
  default: unknown;
  /** `null` is a value: off, or none. */
  optional: boolean;
  /** `flag --port`, `environment OUTLAY_PORT`, `file <path>`, `settings` (made here), `default`. */
  origin: string;
  editable: boolean;
  needsRestart: boolean;
  /** The server still runs with the value before. */
  pending: boolean;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: string;
  action: string;
  detail: unknown;
}

const SETTINGS = "/api/v1/settings";

export const settingsQuestion = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => getJson<{ settings: Setting[] }>(SETTINGS, new URLSearchParams(), signal),
});

/** All that are named, or none; `reset` gives the named their default again. */
export const changeSettings = (wanted: Record<string, unknown>) =>
  sendJson<{ settings: Setting[] }>("PATCH", SETTINGS, wanted);

/** Parts of the names of who did it and of what was done. */
export function auditQuestion(asked: { actor: string; action: string }) {
  const params = new URLSearchParams({ limit: "50" });
  if (asked.actor !== "") params.set("actor", asked.actor);
  if (asked.action !== "") params.set("action", asked.action);
  return infiniteQueryOptions({
    queryKey: ["audit", params.toString()],
    queryFn: ({ signal, pageParam }) => {
      const page = new URLSearchParams(params);
      if (pageParam !== null) page.set("cursor", pageParam);
      return getJson<{ entries: AuditEntry[]; nextCursor: string | null }>("/api/v1/audit", page, signal);
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}
