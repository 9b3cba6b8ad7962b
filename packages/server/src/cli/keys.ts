import { InvalidArgumentError, Option, type Command } from "commander";
import type { CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatInstant, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { readSecret } from "./read-secret.ts";

/** Of `GET /api/v1/keys`. */
interface Key {
  id: string;
  name: string;
  scopes: string[];
  attribution: { tags?: Record<string, string> } & Record<string, unknown>;
  lastFour: string;
  createdAt: string;
  expiresAt: string | null;
  expired: boolean;
  previous: { lastFour: string; until: string } | null;
  lastUsedAt: string | null;
  usedFrom: { address: string }[];
}

/** Of `GET /api/v1/provider-keys`. */
interface ProviderKey {
  provider: string;
  name: string;
  lastFour: string;
  storedAt: string;
  readable: boolean;
}

const SCOPES = ["ingest", "gateway", "read", "admin"];
const OWNERS = ["user", "team", "project", "customer", "agent", "environment"] as const;

/** `outlay keys …`: who may call the gateway, and whose account pays. */
export function addKeysCommand(program: Command, context: CliContext): void {
  const keys = program
    .command("keys")
    .description("keys for the gateway, and the keys of providers that stand behind them")
    .addHelpText(
      "after",
      `
Examples:
  outlay keys store-provider-key openai        asks for it, and does not show it
  outlay keys store-provider-key openai --from-env OPENAI_API_KEY
  outlay keys create "shop backend" --project shop --environment production
  outlay keys create "nightly report" --scope read --expires 90d
  outlay keys rotate 0197… --overlap 24        a new token; the one before works for a day more
  outlay keys revoke 0197…`,
    );
  addList(keys, context);
  addCreate(keys, context);
  addRotate(keys, context);
  addRevoke(keys, context);
  addStore(keys, context);
  addForget(keys, context);
}

function addList(keys: Command, context: CliContext): void {
  keys
    .command("list")
    .description("all keys, by their last four characters")
    .action(async () => {
      const api = await context.connect();
      const own = await getJson<{ keys: Key[] }>(api, "/api/v1/keys");
      const providers = await getJson<{ providerKeys: ProviderKey[] }>(api, "/api/v1/provider-keys");
      if (context.isJson()) return context.printJson({ ...own, ...providers });
      await printKeys(context, own.keys);
      await context.print("");
      await printProviderKeys(context, providers.providerKeys);
    });
}

interface CreateOptions extends Partial<Record<(typeof OWNERS)[number], string>> {
  scope?: string[];
  tag?: string[];
  expires?: string;
}

function addCreate(keys: Command, context: CliContext): void {
  const command = keys
    .command("create")
    .description("make a key; its token is shown once")
    .argument("<name>", "for people: where it is used")
    .addOption(
      new Option("--scope <scope>", `what for, repeated: ${SCOPES.join(", ")} (default: gateway)`).argParser(
        (text, before: string[] | undefined) => collect(parseScope(text), before),
      ),
    );
  for (const owner of OWNERS) command.option(`--${owner} <name>`, `whose calls are made with it: ${owner}`);
  command
    .option("--tag <key=value>", "a tag of every call made with it, repeated", parseTag)
    .option("--expires <when>", "refused from then on: 90d, 12h, a date or an instant (default: never)")
    .action(async (name: string, { scope, tag, expires, ...attribution }: CreateOptions) => {
      const expiresAt = expires === undefined ? undefined : readExpiry(expires, context.now());
      const api = await context.connect();
      const tags = Object.fromEntries((tag ?? []).map(splitTag));
      const body = { name, scopes: scope, attribution: { ...attribution, tags }, expiresAt };
      const made = await sendJson<{ key: Key; token: string }>(api, "POST", "/api/v1/keys", body);
      if (context.isJson()) return context.printJson(made);
      await context.print(made.token);
      context.note(
        `This is "${printable(name)}". Keep it: it is not shown again. Revoke it with: outlay keys revoke ${made.key.id}`,
      );
    });
}

function addRotate(keys: Command, context: CliContext): void {
  keys
    .command("rotate")
    .description("give a key a new token; the one before works on for a while")
    .argument("<id>", "of the key, as outlay keys list shows it")
    .option(
      "--overlap <hours>",
      "how long the token before works beside the new one; 0: not at all (default: 24)",
      parseHours,
    )
    .action(async (id: string, { overlap }: { overlap?: number }) => {
      const api = await context.connect();
      const path = `/api/v1/keys/${encodeURIComponent(id)}/rotate`;
      const made = await sendJson<{ key: Key; token: string }>(api, "POST", path, { overlapHours: overlap });
      if (context.isJson()) return context.printJson(made);
      await context.print(made.token);
      const { name, previous } = made.key;
      const before = previous === null ? "stopped" : `works until ${formatInstant(previous.until, context.timeZone())}`;
      context.note(`This is "${printable(name)}" from now on: it is not shown again. The token before ${before}.`);
    });
}

function addRevoke(keys: Command, context: CliContext): void {
  keys
    .command("revoke")
    .description("take a key back; it stops at once")
    .argument("<id>", "of the key, as outlay keys list shows it")
    .action(async (id: string) => {
      const api = await context.connect();
      const path = `/api/v1/keys/${encodeURIComponent(id)}`;
      const left = await sendJson<{ keys: Key[] }>(api, "DELETE", path, undefined);
      if (context.isJson()) return context.printJson(left);
      await context.print("Revoked.");
    });
}

function addStore(keys: Command, context: CliContext): void {
  keys
    .command("store-provider-key")
    .description("keep a provider's key, encrypted, behind Outlay's keys; it is typed in or comes through a pipe")
    .argument("<provider>", "as in the gateway's path, for example openai")
    .option("--name <name>", "for people, for example whose account it is")
    .option("--from-env <variable>", "take it from this variable of the environment")
    .action(async (provider: string, { name, fromEnv }: { name?: string; fromEnv?: string }) => {
      const key = await readSecret(context, `key for ${printable(provider)}`, fromEnv);
      const api = await context.connect();
      const body = { provider, name, key };
      const stored = await sendJson<{ providerKeys: ProviderKey[] }>(api, "PUT", "/api/v1/provider-keys", body);
      if (context.isJson()) return context.printJson(stored);
      await context.print(`Stored. Calls to ${provider} with a key of Outlay's now go out with it.`);
    });
}

function addForget(keys: Command, context: CliContext): void {
  keys
    .command("forget-provider-key")
    .description("forget a provider's key")
    .argument("<provider>", "whose key")
    .action(async (provider: string) => {
      const api = await context.connect();
      const path = `/api/v1/provider-keys/${encodeURIComponent(provider)}`;
      const left = await sendJson<{ providerKeys: ProviderKey[] }>(api, "DELETE", path, undefined);
      if (context.isJson()) return context.printJson(left);
      await context.print("Forgotten.");
    });
}

async function printKeys(context: CliContext, keys: Key[]): Promise<void> {
  if (keys.length === 0) return context.print("No keys yet: outlay keys create <name>");
  await printTable(context, {
    columns: [
      { header: "Name", align: "left" },
      { header: "Key", align: "left" },
      { header: "For", align: "left" },
      { header: "Whose calls", align: "left" },
      { header: "Created", align: "left" },
      { header: "Expires", align: "left" },
      { header: "Last used", align: "left" },
      { header: "From", align: "left" },
      { header: "Id", align: "left" },
    ],
    rows: keys.map((key) => [
      key.name,
      `…${key.lastFour}`,
      key.scopes.join(", "),
      describeAttribution(key.attribution),
      formatInstant(key.createdAt, context.timeZone()),
      describeExpiry(key, context.timeZone()),
      key.lastUsedAt === null ? "never" : formatInstant(key.lastUsedAt, context.timeZone()),
      key.usedFrom[0]?.address ?? UNKNOWN,
      key.id,
    ]),
  });
}

async function printProviderKeys(context: CliContext, keys: ProviderKey[]): Promise<void> {
  if (keys.length === 0) return context.print("No provider's key is kept: outlay keys store-provider-key <provider>");
  await printTable(context, {
    columns: [
      { header: "Provider", align: "left" },
      { header: "Name", align: "left" },
      { header: "Key", align: "left" },
      { header: "Stored", align: "left" },
      { header: "", align: "left" },
    ],
    rows: keys.map(({ provider, name, lastFour, storedAt, readable }) => [
      provider,
      name,
      `…${lastFour}`,
      formatInstant(storedAt, context.timeZone()),
      readable ? "" : "cannot be opened: encrypted with another secret",
    ]),
  });
}

function describeExpiry({ expiresAt, expired }: Key, timeZone: string | undefined): string {
  if (expired) return "expired";
  return expiresAt === null ? "never" : formatInstant(expiresAt, timeZone);
}

function describeAttribution({ tags = {}, ...owners }: Key["attribution"]): string {
  const said = Object.entries({ ...owners, ...tags }).map(([name, value]) => `${name} ${String(value)}`);
  return said.length === 0 ? UNKNOWN : said.join(", ");
}

/** A length of time from now, or an instant as it is written. What it says is checked by the server. */
function readExpiry(text: string, nowMs: number): string {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(nowMs + Number(count) * (unit === "h" ? HOUR_MS : DAY_MS)).toISOString();
  return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function parseHours(text: string): number {
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError("It must be a number of hours.");
  return Number(text);
}

function parseScope(text: string): string {
  if (!SCOPES.includes(text)) throw new InvalidArgumentError(`It must be one of ${SCOPES.join(", ")}.`);
  return text;
}

function parseTag(text: string, before: string[] | undefined): string[] {
  if (!/^[^=]+=./.test(text)) throw new InvalidArgumentError("It must look like plan=gold.");
  return collect(text, before);
}

function splitTag(text: string): [key: string, value: string] {
  const equals = text.indexOf("=");
  return [text.slice(0, equals), text.slice(equals + 1)];
}
