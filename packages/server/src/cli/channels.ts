import { Argument, Option, type Command } from "commander";
import type { CliContext, Api } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatMinute, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect, parseCount, parsePort } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { CommandFailed, UsageError } from "./problem.ts";
import { readSecret } from "./read-secret.ts";

/** Of `GET /api/v1/channels`. */
interface Channel {
  id: string;
  name: string;
  kind: string;
  enabled: boolean;
  target: string;
  lastFour: Record<string, string>;
  readable: boolean;
}

/** Of `GET /api/v1/deliveries`. */
interface Delivery {
  id: string;
  channelName: string;
  status: string;
  message: { title: string };
  attempts: { at: string; failure: string | null; answer: string | null }[];
  nextAttemptAt: string | null;
  createdAt: string;
}

const path = "/api/v1/channels";
/** Of each kind, the setting that is read in secret, and what to call it; null: there may be none. */
const SECRETS = {
  smtp: null,
  resend: ["apiKey", "API key of Resend"],
  slack: ["url", "address of the incoming webhook"],
  discord: ["url", "address of the webhook"],
  teams: ["url", "address of the workflow's webhook"],
  webhook: ["url", "address of the webhook"],
} as const;
type Kind = keyof typeof SECRETS;

/** `outlay channels …`: where alerts go, and whether they arrived. */
export function addChannelsCommand(program: Command, context: CliContext): void {
  const channels = program
    .command("channels")
    .description("where alerts go: e-mail, chats, webhooks")
    .addHelpText(
      "after",
      `
Examples:
  outlay channels add slack "ops room"         asks for the webhook's address, and does not show it
  outlay channels add webhook pager --from-env PAGER_URL
  outlay channels add smtp mail --host mail.example.com --user outlay --from outlay@example.com --to ops@example.com
  outlay channels test "ops room"              says what the other side answered
  outlay channels deliveries --status failed   what did not arrive, and why`,
    );
  addList(channels, context);
  addAdd(channels, context);
  addSwitch(channels, context);
  addRemove(channels, context);
  addTest(channels, context);
  addRotate(channels, context);
  addDeliveries(channels, context);
}

function addList(channels: Command, context: CliContext): void {
  channels
    .command("list", { isDefault: true })
    .description("all channels, without their secrets")
    .action(async () => {
      const answer = await getJson<{ channels: Channel[] }>(await context.connect(), path);
      if (context.isJson()) return context.printJson(answer);
      if (answer.channels.length === 0) {
        return context.print("No channels yet, so nobody is told: outlay channels add <kind> <name>");
      }
      await printTable(context, {
        columns: [
          { header: "Name", align: "left" },
          { header: "Kind", align: "left" },
          { header: "To", align: "left" },
          { header: "", align: "left" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.channels.map((channel) => [
          channel.name,
          channel.kind,
          targetOf(channel),
          stateOf(channel),
          channel.id,
        ]),
      });
    });
}

interface AddOptions {
  fromEnv?: string;
  host?: string;
  port?: number;
  security?: string;
  user?: string;
  from?: string;
  to?: string[];
  baseUrl?: string;
  signingSecretEnv?: string;
  maxPerMinute?: number;
}

function addAdd(channels: Command, context: CliContext): void {
  channels
    .command("add")
    .description("add a channel; its secret is typed in, comes through a pipe or from a variable")
    .addArgument(new Argument("<kind>", "what it is").choices(Object.keys(SECRETS)))
    .argument("<name>", "for people: where it leads")
    .option("--from-env <variable>", "take the secret (address, key or password) from this variable")
    .option("--host <name>", "smtp: the mail server")
    .addOption(new Option("--port <number>", "smtp: default 587, or 465 with --security tls").argParser(parsePort))
    .addOption(new Option("--security <how>", "smtp: default starttls").choices(["tls", "starttls", "none"]))
    .option("--user <name>", "smtp: who signs in; then a password is asked for")
    .option("--from <address>", "smtp, resend: who sends, for example Outlay <outlay@example.com>")
    .addOption(new Option("--to <address>", "smtp, resend: who gets it, repeated").argParser(collect))
    .option("--base-url <url>", "resend: another address than Resend's own")
    .option("--signing-secret-env <variable>", "webhook: a secret of your own to sign with, in this variable")
    .addOption(new Option("--max-per-minute <number>", "more than that wait").argParser(parseCount))
    .action(async (kind: Kind, name: string, options: AddOptions) => {
      const settings = await settingsOf(context, kind, options);
      const api = await context.connect();
      const body = { name, kind, maxPerMinute: options.maxPerMinute, settings };
      const made = await sendJson<{ channel: Channel; secret: string | null }>(api, "POST", path, body);
      if (context.isJson()) return context.printJson(made);
      await context.print(`Added. Try it: outlay channels test ${made.channel.id}`);
      if (made.secret === null) return;
      await context.print(made.secret);
      context.note(
        `With this "${printable(name)}" signs its messages. Give it to the receiver: it is not shown again.`,
      );
    });
}

async function settingsOf(context: CliContext, kind: Kind, options: AddOptions): Promise<Record<string, unknown>> {
  const { host, port, security, user, from, to, baseUrl, fromEnv, signingSecretEnv } = options;
  const open = { host, port, security, user, from, to, baseUrl };
  const secret = SECRETS[kind];
  if (secret === null) {
    if (user === undefined) return open;
    return { ...open, password: await readSecret(context, `password of ${printable(user)}`, fromEnv) };
  }
  const [setting, what] = secret;
  const own = signingSecretEnv === undefined ? undefined : fromVariable(context, signingSecretEnv);
  return { ...open, [setting]: await readSecret(context, what, fromEnv), secret: own };
}

function fromVariable(context: CliContext, variable: string): string {
  const value = context.env[variable];
  if (value === undefined || value === "") throw new UsageError(`The environment has no variable ${variable}`);
  return value;
}

function addSwitch(channels: Command, context: CliContext): void {
  for (const [word, enabled, description] of [
    ["enable", true, "send there again"],
    ["disable", false, "send nothing there for now; what waits is given up"],
  ] as const) {
    channels
      .command(word)
      .description(description)
      .argument("<channel>", "name or id")
      .action(async (channel: string) => {
        const api = await context.connect();
        const { id } = await findChannel(api, channel);
        const answer = await sendJson<{ channel: Channel }>(api, "PATCH", `${path}/${id}`, { enabled });
        if (context.isJson()) return context.printJson(answer);
        await context.print(enabled ? "Switched on." : "Switched off.");
      });
  }
}

function addRemove(channels: Command, context: CliContext): void {
  channels
    .command("remove")
    .description("remove a channel; what waits for it is given up")
    .argument("<channel>", "name or id")
    .action(async (channel: string) => {
      const api = await context.connect();
      const { id } = await findChannel(api, channel);
      const left = await sendJson<{ channels: Channel[] }>(api, "DELETE", `${path}/${id}`, undefined);
      if (context.isJson()) return context.printJson(left);
      await context.print("Removed.");
    });
}

interface TestAnswer {
  delivered: boolean;
  failure: string | null;
  answer: string | null;
}

function addTest(channels: Command, context: CliContext): void {
  channels
    .command("test")
    .description("send a test message and say what the other side answered")
    .argument("<channel>", "name or id")
    .action(async (channel: string) => {
      const api = await context.connect();
      const { id } = await findChannel(api, channel);
      const answer = await sendJson<TestAnswer>(api, "POST", `${path}/${id}/test`, {});
      if (context.isJson()) await context.printJson(answer);
      else if (answer.delivered)
        await context.print(`It arrived. The other side said: ${printable(answer.answer ?? "nothing")}`);
      else context.note(`It did not arrive. ${printable(answer.failure ?? "")}`);
      if (!answer.delivered) throw new CommandFailed();
    });
}

function addRotate(channels: Command, context: CliContext): void {
  channels
    .command("rotate-secret")
    .description("give a webhook a new secret to sign with; the one before signs too for 24 hours")
    .argument("<channel>", "name or id")
    .action(async (channel: string) => {
      const api = await context.connect();
      const { id } = await findChannel(api, channel);
      const answer = await sendJson<{ secret: string }>(api, "POST", `${path}/${id}/rotate-secret`, {});
      if (context.isJson()) return context.printJson(answer);
      await context.print(answer.secret);
      context.note("Give it to the receiver within 24 hours: it is not shown again.");
    });
}

function addDeliveries(channels: Command, context: CliContext): void {
  channels
    .command("deliveries")
    .description("what became of each message, newest first")
    .addOption(new Option("--status <status>", "only these").choices(["waiting", "sent", "failed"]))
    .option("--channel <channel>", "only of this one, by name or id")
    .addOption(new Option("--limit <count>", "how many at most; default 50").argParser(parseCount))
    .action(async ({ status, channel, limit }: { status?: string; channel?: string; limit?: number }) => {
      const api = await context.connect();
      const id = channel === undefined ? undefined : (await findChannel(api, channel)).id;
      const answer = await getJson<{ deliveries: Delivery[] }>(api, "/api/v1/deliveries", {
        status,
        channel: id,
        limit,
      });
      if (context.isJson()) return context.printJson(answer);
      if (answer.deliveries.length === 0) return context.print("No messages.");
      await printTable(context, {
        columns: [
          { header: "When", align: "fixed" },
          { header: "Channel", align: "left" },
          { header: "Message", align: "left" },
          { header: "Status", align: "fixed" },
          { header: "Tried", align: "right" },
          { header: "Answer", align: "left" },
          { header: "Id", align: "fixed" },
        ],
        rows: answer.deliveries.map((delivery) => deliveryRow(delivery, context.timeZone())),
      });
    });
  channels
    .command("retry")
    .description("try a message that was given up again")
    .argument("<delivery>", "id, as outlay channels deliveries shows it")
    .action(async (id: string) => {
      const api = await context.connect();
      const address = `/api/v1/deliveries/${encodeURIComponent(id)}/retry`;
      const answer = await sendJson<{ delivery: Delivery }>(api, "POST", address, {});
      if (context.isJson()) return context.printJson(answer);
      await context.print("It is on its way once more. See outlay channels deliveries");
    });
}

function deliveryRow(delivery: Delivery, timeZone: string | undefined): string[] {
  const { id, channelName, message, status, attempts, nextAttemptAt, createdAt } = delivery;
  const latest = attempts.at(-1);
  const said = latest?.failure ?? latest?.answer ?? UNKNOWN;
  const next = nextAttemptAt !== null && attempts.length > 0 ? `, next ${formatMinute(nextAttemptAt, timeZone)}` : "";
  return [
    formatMinute(createdAt, timeZone),
    channelName,
    message.title,
    status,
    String(attempts.length),
    said + next,
    id,
  ];
}

/** Names are unique; an id wins. */
export async function findChannel(api: Api, wanted: string): Promise<Channel> {
  const { channels } = await getJson<{ channels: Channel[] }>(api, path);
  const found = channels.find(({ id }) => id === wanted) ?? channels.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = channels.map(({ name }) => `"${printable(name)}"`).join(", ");
  throw new UsageError(
    `There is no channel "${printable(wanted)}"${names === "" ? " and no other one" : `; there are ${names}`}`,
  );
}

/** The end of the address tells it from others of the same host. */
function targetOf({ target, lastFour: { url } }: Channel): string {
  return url === undefined || url === "" ? target : `${target} …${url}`;
}

function stateOf({ enabled, readable }: Channel): string {
  if (!readable) return "cannot be opened: encrypted with another secret";
  return enabled ? "" : "switched off";
}
