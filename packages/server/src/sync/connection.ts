import { InvalidInput, withoutUndefined, lineSchema } from "@outlay/core";
import { z } from "zod";
import type { ProviderKind } from "./provider-kind.ts";
import { providerKind } from "./provider-kinds.ts";
import { SYNC_PROVIDERS, type SyncProvider } from "./provider-names.ts";

const DEFAULT_EVERY_HOURS = 6;

/** An account of a provider whose reports are fetched. */
export interface Connection {
  id: string;
  provider: SyncProvider;
  /** For people; unique. */
  name: string;
  enabled: boolean;
  everyHours: number;
  /** Days before are not asked for: `2026-01-01`; null: 30 days before it was made. */
  since: string | null;
  settings: Record<string, string>;
  /** Keys and projects, by the names or ids of the provider, whose calls Outlay records; empty: not said. */
  recorded: string[];
  createdAtMs: number;
  updatedAtMs: number;
}

const name = lineSchema(128);
const fields = {
  name: name.meta({ description: "For people; default: the provider" }),
  key: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[\x21-\x7e]+$/, "expected a key without spaces and line breaks")
    .meta({ description: "Encrypted before it is stored, and never shown again" }),
  enabled: z.boolean().meta({ description: "Fetched by itself" }),
  everyHours: z.number().int().min(1).max(168).meta({ description: "Hours from one run to the next" }),
  since: z.iso.date().nullable().meta({ description: "First UTC day; null: 30 days before it was made" }),
  settings: z.record(z.string(), z.string().min(1).max(256)).meta({ description: "What the provider needs besides" }),
  recorded: z.array(name).max(1_000).meta({
    description:
      "Keys and projects of the provider whose calls are recorded here; what others use is then explained as theirs. Empty: not said",
  }),
};

export const newConnectionSchema = z.strictObject({
  provider: z.enum(SYNC_PROVIDERS),
  ...fields,
  name: fields.name.optional(),
  key: fields.key.optional(),
  enabled: fields.enabled.default(true),
  everyHours: fields.everyHours.default(DEFAULT_EVERY_HOURS),
  since: fields.since.default(null),
  settings: fields.settings.default({}),
  recorded: fields.recorded.default([]),
});
export const connectionChangeSchema = z.strictObject(fields).partial();

export type NewConnection = z.output<typeof newConnectionSchema>;
export type ConnectionChange = z.output<typeof connectionChangeSchema>;

/** The connection that is wanted, and its key. InvalidInput `sync_key_missing`, `invalid_sync_settings`. */
export function makeConnection(
  wanted: NewConnection,
  { id, nowMs }: { id: string; nowMs: number },
): { connection: Connection; key: string | null } {
  const kind = providerKind(wanted.provider);
  const { key = null, provider, name: given = kind.title, settings, ...rest } = wanted;
  if (kind.key !== null && key === null) {
    throw new InvalidInput("sync_key_missing", `key is missing; ${kind.title} wants ${kind.key}`, { field: "key" });
  }
  const checked = checkSettings(kind, settings);
  const times = { createdAtMs: nowMs, updatedAtMs: nowMs };
  return { connection: { id, provider, name: given, settings: checked, ...rest, ...times }, key };
}

/** Only what is named changes. InvalidInput `invalid_sync_settings`. */
export function changeConnection(
  before: Connection,
  { key: _key, ...change }: ConnectionChange,
  nowMs: number,
): Connection {
  const after = { ...before, ...withoutUndefined(change), updatedAtMs: nowMs };
  return { ...after, settings: checkSettings(providerKind(before.provider), after.settings) };
}

function checkSettings(kind: ProviderKind, settings: Record<string, string>): Record<string, string> {
  const checked = kind.settings.safeParse(settings);
  if (checked.success) return withoutUndefined(checked.data) as Record<string, string>;
  const issue = checked.error.issues[0]!;
  const field = ["settings", ...issue.path].join(".");
  throw new InvalidInput("invalid_sync_settings", `${field} of ${kind.title} is not valid: ${issue.message}`, {
    field,
  });
}
