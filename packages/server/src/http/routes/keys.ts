import { eventSchema } from "@outlay/core";
import { z } from "zod";
import { SCOPES, type KeyAttribution, type KeyStore, type ListedKey, type ListedProviderKey } from "../../keys/keys.ts";
import { actorOf } from "../authorize.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Keys";

const attribution = eventSchema
  .pick({ user: true, team: true, project: true, customer: true, agent: true, environment: true, tags: true })
  .meta({ description: "Whose calls are made with it" });
const scopes = z.array(z.enum(SCOPES));
const name = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "expected text without control characters");

const keyBody = z.strictObject({
  name: name.meta({ description: "For people: where it is used" }),
  scopes: scopes.min(1).default(["gateway"]),
  attribution: attribution.default({}),
});
const keyAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    scopes,
    attribution: z.record(z.string(), z.unknown()),
    lastFour: z.string().meta({ description: "The end of its token" }),
    createdAt: z.string(),
    lastUsedAt: z.string().nullable(),
  })
  .meta({ id: "Key" });

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
export function addKeyRoutes(app: App, keys: KeyStore): void {
  addKeys(app, keys);
  addProviderKeys(app, keys);
}

function addKeys(app: App, keys: KeyStore): void {
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
    async () => ({ keys: keys.list().map(listedKey) }),
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
      answer: z.strictObject({ key: keyAnswer, token: z.string() }),
    },
    async ({ c, body }) => {
      const wanted = parseAs(keyBody, await body(), "invalid_body");
      const { key, token } = await keys.create({ ...wanted, attribution: given(wanted.attribution) }, actorOf(c));
      return { key: listedKey(key), token };
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
      return { keys: keys.list().map(listedKey) };
    },
  );
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

function listedKey({ createdAtMs, lastUsedAtMs, ...key }: ListedKey): z.infer<typeof keyAnswer> {
  return {
    ...key,
    attribution: { ...key.attribution },
    createdAt: new Date(createdAtMs).toISOString(),
    lastUsedAt: lastUsedAtMs === null ? null : new Date(lastUsedAtMs).toISOString(),
  };
}

function listedProviderKey({ storedAtMs, ...key }: ListedProviderKey): z.infer<typeof providerKeyAnswer> {
  return { ...key, storedAt: new Date(storedAtMs).toISOString() };
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
