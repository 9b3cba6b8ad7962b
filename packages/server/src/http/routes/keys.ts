import { eventSchema, InvalidInput, withoutUndefined, lineSchema } from "@outlay/core";
import { z } from "zod";
import { SCOPES, type KeyAttribution, type KeyStore, type ListedKey, type ListedProviderKey } from "../../keys/keys.ts";
import { actorOf } from "../authorize.ts";
import { instantOrNull, instantText } from "../instant-text.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Keys";

const attribution = eventSchema
  .pick({ user: true, team: true, project: true, customer: true, agent: true, environment: true, tags: true })
  .meta({ description: "Whose calls are made with it" });
const scopes = z.array(z.enum(SCOPES));
const name = lineSchema(128);

const expiresAt = z
  .string()
  .datetime({ offset: true, message: "expected an instant such as 2027-01-31T00:00:00Z" })
  .nullable()
  .meta({ format: "date-time", description: "Refused from then on; null: it does not expire" });
const keyFields = {
  name: name.meta({ description: "For people: where it is used" }),
  scopes: scopes.min(1),
  attribution,
  expiresAt,
};
const keyBody = z.strictObject({
  ...keyFields,
  scopes: keyFields.scopes.default(["gateway"]),
  attribution: attribution.default({}),
  expiresAt: expiresAt.default(null),
});
const keyChange = z.strictObject(keyFields).partial();
const MAX_OVERLAP_HOURS = 24 * 90;
const rotation = z.strictObject({
  overlapHours: z.number().min(0).max(MAX_OVERLAP_HOURS).default(24).meta({
    description: "How long the token before works beside the new one; 0: not at all",
  }),
});
const keyAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    scopes,
    attribution: z.record(z.string(), z.unknown()),
    lastFour: z.string().meta({ description: "The end of its token" }),
    createdAt: z.string(),
    expiresAt: z.string().nullable().meta({ description: "null: never" }),
    expired: z.boolean(),
    previous: z
      .strictObject({ lastFour: z.string(), until: z.string() })
      .nullable()
      .meta({ description: "The token before the last rotation, while it still works" }),
    lastUsedAt: z.string().nullable(),
    usedFrom: z
      .array(z.strictObject({ address: z.string(), firstAt: z.string(), lastAt: z.string() }))
      .meta({ description: "Addresses that it was last used from, the newest first" }),
  })
  .meta({ id: "Key" });
const madeAnswer = z.strictObject({ key: keyAnswer, token: z.string() });

const providerKeyBody = z.strictObject({
  provider: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, "expected a provider's name as in the gateway's path, for example openai")
    .meta({ description: "As in the gateway's path" }),
  name: name.optional().meta({ description: "For people; default: the provider" }),
  key: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[\x21-\x7e]+$/, "expected a key without spaces and line breaks")
    .meta({ description: "Encrypted before it is stored, and never shown again" }),
});
const providerKeyAnswer = z
  .strictObject({
    provider: z.string(),
    name: z.string(),
    lastFour: z.string(),
    storedAt: z.string(),
    readable: z.boolean().meta({ description: "False: it was encrypted with another secret; store it again" }),
  })
  .meta({ id: "ProviderKey" });

/** Outlay's own keys, and the keys of providers that stand behind them. */
export function addKeyRoutes(app: App, keys: KeyStore, now: () => number): void {
  addKeys(app, keys, now);
  addKeyChanges(app, keys, now);
  addProviderKeys(app, keys);
}

function addKeys(app: App, keys: KeyStore, now: () => number): void {
  const path = "/api/v1/keys";
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "admin",
      tag,
      summary: "Outlay's keys, without their tokens",
      answer: z.strictObject({ keys: z.array(keyAnswer) }),
    },
    async () => ({ keys: keys.list().map((key) => listedKey(key, now())) }),
  );
  addRoute(
    app,
    {
      method: "post",
      path,
      access: "admin",
      tag,
      summary: "Make a key",
      description: "Its token is in this answer and nowhere else: only its hash is stored.",
      body: {
        schema: keyBody,
        example: { name: "shop backend", scopes: ["gateway"], attribution: { project: "shop" } },
      },
      answer: madeAnswer,
    },
    async ({ c, body }) => {
      const wanted = parseAs(keyBody, await body(), "invalid_body");
      const expiresAtMs = expiryOf(wanted.expiresAt, now());
      const attributed = { ...wanted, attribution: given(wanted.attribution), expiresAtMs };
      const { key, token } = await keys.create(attributed, actorOf(c));
      return { key: listedKey(key, now()), token };
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{id}`,
      access: "admin",
      tag,
      summary: "Revoke a key; it stops at once",
      params: z.object({ id: z.string().meta({ description: "Of the key, not its token" }) }),
      answer: z.strictObject({ keys: z.array(keyAnswer) }),
    },
    async ({ c, params }) => {
      await keys.revoke(params["id"]!, actorOf(c));
      return { keys: keys.list().map((key) => listedKey(key, now())) };
    },
  );
}

function addKeyChanges(app: App, keys: KeyStore, now: () => number): void {
  const params = z.object({ id: z.string().meta({ description: "Of the key, not its token" }) });
  addRoute(
    app,
    {
      method: "patch",
      path: "/api/v1/keys/{id}",
      access: "admin",
      tag,
      summary: "Change what a key is for, whose calls are made with it, or how long it works",
      description: "Only what is named changes, and counts from the next call on.",
      params,
      body: { schema: keyChange, example: { scopes: ["gateway", "read"], expiresAt: "2027-01-31T00:00:00Z" } },
      answer: z.strictObject({ key: keyAnswer }),
    },
    async ({ c, params: { id = "" }, body }) => {
      const { attribution: owners, expiresAt: end, ...rest } = parseAs(keyChange, await body(), "invalid_body");
      const change = {
        ...withoutUndefined(rest),
        ...(owners === undefined ? {} : { attribution: given(owners) }),
        ...(end === undefined ? {} : { expiresAtMs: expiryOf(end, now()) }),
      };
      return { key: listedKey(await keys.change(id, change, actorOf(c)), now()) };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: "/api/v1/keys/{id}/rotate",
      access: "admin",
      tag,
      summary: "Give a key a new token; the one before works on for a while",
      description:
        "So that whoever uses it can change over without a gap. What the key is for, and its use until now, stay. A key that expires does so as long after this as it would have after it was made, or last rotated.",
      params,
      body: { schema: rotation, example: { overlapHours: 24 } },
      answer: madeAnswer,
    },
    async ({ c, params: { id = "" }, body }) => {
      const { overlapHours } = parseAs(rotation, await body(), "invalid_body");
      const { key, token } = await keys.rotate(id, overlapHours * HOUR_MS, actorOf(c));
      return { key: listedKey(key, now()), token };
    },
  );
}

const HOUR_MS = 3_600_000;

/** InvalidInput `out_of_range`: a key that has expired before it is made is a mistake. */
function expiryOf(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const ms = Date.parse(text);
  if (ms > nowMs) return ms;
  throw new InvalidInput("out_of_range", `expiresAt is ${text}; expected an instant in the future`, {
    field: "expiresAt",
  });
}

function addProviderKeys(app: App, keys: KeyStore): void {
  const path = "/api/v1/provider-keys";
  const answer = z.strictObject({ providerKeys: z.array(providerKeyAnswer) });
  const list = () => ({ providerKeys: keys.listProviderKeys().map(listedProviderKey) });
  addRoute(
    app,
    { method: "get", path, access: "admin", tag, summary: "Whose keys are stored, without them", answer },
    async () => list(),
  );
  addRoute(
    app,
    {
      method: "put",
      path,
      access: "admin",
      tag,
      summary: "Store a provider's key, or replace it",
      description: "It stands behind Outlay's keys in the gateway, so that applications never hold it.",
      body: { schema: providerKeyBody, example: { provider: "openai", name: "team account", key: "sk-example-0000" } },
      answer,
    },
    async ({ c, body }) => {
      const { provider, name: label = provider, key } = parseAs(providerKeyBody, await body(), "invalid_body");
      await keys.storeProviderKey({ provider, name: label, key }, actorOf(c));
      return list();
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${path}/{provider}`,
      access: "admin",
      tag,
      summary: "Forget a provider's key",
      params: z.object({ provider: z.string().meta({ description: "As it was stored" }) }),
      answer,
    },
    async ({ c, params }) => {
      await keys.deleteProviderKey(params["provider"]!, actorOf(c));
      return list();
    },
  );
}

function listedKey(listed: ListedKey, nowMs: number): z.infer<typeof keyAnswer> {
  const { id, name: label, scopes: kinds, lastFour, createdAtMs, expiresAtMs, previous, lastUsedAtMs } = listed;
  return {
    id,
    name: label,
    scopes: kinds,
    attribution: { ...listed.attribution },
    lastFour,
    createdAt: instantText(createdAtMs),
    expiresAt: instantOrNull(expiresAtMs),
    expired: expiresAtMs !== null && nowMs >= expiresAtMs,
    previous: previous === null ? null : { lastFour: previous.lastFour, until: instantText(previous.untilMs) },
    lastUsedAt: instantOrNull(lastUsedAtMs),
    usedFrom: listed.usedFrom.map(({ address, firstAtMs, lastAtMs }) => ({
      address,
      firstAt: instantText(firstAtMs),
      lastAt: instantText(lastAtMs),
    })),
  };
}

function listedProviderKey({ storedAtMs, ...key }: ListedProviderKey): z.infer<typeof providerKeyAnswer> {
  return { ...key, storedAt: instantText(storedAtMs) };
}

/** Only what was said. */
function given({ tags, ...owners }: z.infer<typeof attribution>): KeyAttribution {
  const known = withoutEmpty(tags ?? {});
  return { ...withoutEmpty(owners), ...(Object.keys(known).length > 0 ? { tags: known } : {}) };
}

function withoutEmpty(pairs: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairs).filter((pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== ""),
  );
}
