import { setTimeout as sleep } from "node:timers/promises";
import { Argument, Option, type Command } from "commander";
import { SYNC_PROVIDERS } from "../sync/provider-names.ts";
import type { Api, CliContext } from "./context.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount, formatMinute, UNKNOWN } from "./draw/values.ts";
import { getJson, sendJson } from "./get-json.ts";
import { collect, parseCount } from "./parse-option.ts";
import { printTable } from "./print-answer.ts";
import { CommandFailed, UsageError } from "./problem.ts";
import { readSecret } from "./read-secret.ts";

/** Of `GET /api/v1/sync`. */
interface Connection {
  id: string;
  provider: string;
  title: string;
  name: string;
  enabled: boolean;
  readable: boolean;
  fromFiles: boolean;
  running: boolean;
  startedAt: string | null;
  goodAt: string | null;
  nextRunAt: string | null;
  problem: { code: string; message: string } | null;
  requests: number;
  rows: number;
  series: {
    name: string;
    firstDay: string | null;
    coveredTo: string | null;
    problem: object | null;
    note: string | null;
  }[];
  balance: { currency: string; remaining: string | null; used: string | null; note: string } | null;
}

const path = "/api/v1/sync";
const POLL_MS = 300;
/** Days that are sent at once, and characters of them. */
const BATCH_DAYS = 100;
const BATCH_CHARACTERS = 4_000_000;

/** `outlay sync …`: what providers report themselves. */
export function addSyncCommand(program: Command, context: CliContext): void {
  const sync = program
    .command("sync")
    .description("fetch what providers say was used and what it costs, beside what was recorded")
    .addHelpText(
      "after",
      `
Examples:
  outlay sync                                  who is asked, how far it came, what is wrong
  outlay sync add openai --since 2026-01-01    asks for the admin key, and does not show it
  outlay sync add github --set organization=acme --from-env GITHUB_BILLING_TOKEN
  outlay sync openai                           ask now
  outlay sync openai --since 2026-10-01        fetch these days again
  outlay sync aws --path cur/ --path more.csv.gz
                                               costs of a cloud, from its exports
  outlay reconcile                             does it agree with what was recorded?

Which key with which rights: docs/sync.md.`,
    );
  addRun(sync, context);
  addList(sync, context);
  addAdd(sync, context);
  addChange(sync, context);
  addRemove(sync, context);
}

interface RunOptions {
  all?: boolean;
  since?: string;
  path?: string[];
}

function addRun(sync: Command, context: CliContext): void {
  sync
    .command("run", { isDefault: true })
    .description("ask a provider now; without one, list them")
    .argument("[connection]", "its name, its provider, or its id")
    .option("--all", "all that are enabled")
    .option("--since <day>", "fetch again from this UTC day, for example 2026-11-01")
    .addOption(new Option("--path <file>", "an export of aws, azure or google, or a folder of them").argParser(collect))
    .action(async (wanted: string | undefined, { all = false, since, path: paths }: RunOptions) => {
      const api = await context.connect();
      if (paths !== undefined) return importExport(context, api, wanted, paths);
      if (wanted === undefined && !all) return list(context, api);
      const connections = await listConnections(api);
      const chosen = all
        ? connections.filter(({ enabled, fromFiles }) => enabled && !fromFiles)
        : [findConnection(connections, wanted!)];
      const ended: Connection[] = [];
      for (const { id } of chosen) ended.push(await run(context, api, id, since));
      if (context.isJson()) await context.printJson({ connections: ended });
      else for (const connection of ended) await context.print(...outcome(connection));
      if (ended.some(({ problem }) => problem !== null)) throw new CommandFailed();
    });
}

/** Until it is over, with what it has fetched so far. */
async function run(context: CliContext, api: Api, id: string, since: string | undefined): Promise<Connection> {
  let { connection } = await sendJson<{ connection: Connection }>(api, "POST", `${path}/${id}/run`, { since });
  const progress = context.progress(`${printable(connection.name)}: requests`);
  while (connection.running) {
    await sleep(POLL_MS);
    connection = findConnection(await listConnections(api), id);
    progress.update(connection.requests);
  }
  progress.end();
  return connection;
}

function outcome({ name, problem, requests, rows, series, balance }: Connection): string[] {
  const covered = series.flatMap(({ coveredTo }) => coveredTo ?? []).toSorted()[0];
  const until = covered === undefined ? "" : `, complete until ${covered} (UTC)`;
  return [
    problem === null
      ? `${printable(name)}: ${formatCount(rows)} rows in ${formatCount(requests)} requests${until}`
      : `${printable(name)}: ${printable(problem.message)}`,
    ...series.flatMap((it) => (it.note === null ? [] : [`  ${it.name}: ${it.note}`])),
    ...(balance === null ? [] : [`  ${balanceText(balance)}`]),
  ];
}

function balanceText({ currency, remaining, used, note }: NonNullable<Connection["balance"]>): string {
  const parts = [
    remaining === null ? null : `${remaining} ${currency} left`,
    used === null ? null : `${used} ${currency} used`,
    note,
  ];
  return printable(parts.filter((part) => part !== null).join(", "));
}

/** Reads the files here, wherever the server is, and sends whole days. */
async function importExport(context: CliContext, api: Api, wanted: string | undefined, paths: string[]): Promise<void> {
  if (wanted === undefined) throw new UsageError("Say whose export it is: outlay sync aws --path <file>");
  const connections = await listConnections(api);
  let connection = matching(connections, wanted);
  const provider = connection?.provider ?? wanted;
  const { exportBytes, readExport } = await import("../sync/read-export.ts");
  const progress = context.progress("Reading bytes", await exportBytes(paths));
  let bytes = 0;
  const read = await readExport(provider, paths, (more) => progress.update((bytes += more)));
  progress.end();
  connection ??= (await sendJson<{ connection: Connection }>(api, "POST", path, { provider })).connection;
  for (const days of batchesOf(read.days)) {
    await sendJson(api, "PUT", `${path}/${connection.id}/days`, { days });
  }
  const { days, lines, otherLines, broken } = read;
  const summary = {
    connection: connection.name,
    days: days.length,
    firstDay: days[0]?.day ?? null,
    lastDay: days.at(-1)?.day ?? null,
    lines,
    otherLines,
    broken,
  };
  if (context.isJson()) return context.printJson(summary);
  for (const line of broken.named) context.note(printable(line));
  const span = days.length === 0 ? "" : ` (${summary.firstDay} to ${summary.lastDay}, UTC)`;
  await context.print(
    `${printable(connection.name)}: ${formatCount(days.length)} days${span} from ${formatCount(lines)} lines; ${formatCount(otherLines)} of other services left out, ${formatCount(broken.count)} not readable`,
  );
}

function* batchesOf<T>(days: T[]): Iterable<T[]> {
  let [batch, characters]: [T[], number] = [[], 0];
  for (const day of days) {
    const size = JSON.stringify(day).length;
    if (batch.length === BATCH_DAYS || (batch.length > 0 && characters + size > BATCH_CHARACTERS)) {
      yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(day);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}

function addList(sync: Command, context: CliContext): void {
  sync
    .command("list")
    .description("who is asked, how far it came, what is wrong")
    .action(async () => list(context, await context.connect()));
}

async function list(context: CliContext, api: Api): Promise<void> {
  const connections = await listConnections(api);
  if (context.isJson()) return context.printJson({ connections });
  if (connections.length === 0) {
    return context.print("No provider is asked yet: outlay sync add openai");
  }
  await printTable(context, {
    columns: [
      { header: "Name", align: "left" },
      { header: "Provider", align: "fixed" },
      { header: "Complete until", align: "fixed" },
      { header: "Last good run", align: "fixed" },
      { header: "Next", align: "fixed" },
      { header: "", align: "left" },
    ],
    rows: connections.map((connection) => [
      connection.name,
      connection.provider,
      connection.series.flatMap(({ coveredTo }) => coveredTo ?? []).toSorted()[0] ?? UNKNOWN,
      connection.goodAt === null ? UNKNOWN : formatMinute(connection.goodAt, context.timeZone()),
      connection.nextRunAt === null ? UNKNOWN : formatMinute(connection.nextRunAt, context.timeZone()),
      stateOf(connection),
    ]),
  });
}

function stateOf({ running, readable, enabled, fromFiles, problem, balance }: Connection): string {
  if (running) return "runs";
  if (!readable) return "the key cannot be opened: enter it again with outlay sync change";
  if (problem !== null) return problem.message;
  if (!enabled) return "switched off";
  if (fromFiles) return "from files";
  return balance === null ? "" : balanceText(balance);
}

interface ConnectionOptions {
  name?: string;
  fromEnv?: string;
  since?: string;
  every?: number;
  set?: string[];
  recorded?: string[];
}

function withOptions(command: Command): Command {
  return command
    .option("--name <name>", "for people")
    .option("--from-env <variable>", "take the key from this variable")
    .option("--since <day>", "first UTC day, for example 2026-01-01; default: 30 days back")
    .addOption(new Option("--every <hours>", "hours from one run to the next; default 6").argParser(parseCount))
    .addOption(
      new Option("--set <name=value>", "what the provider needs: organization, user, team, workspace, api").argParser(
        collect,
      ),
    )
    .addOption(
      new Option("--recorded <key>", "a key or project whose calls are recorded here; others are then known").argParser(
        collect,
      ),
    );
}

function bodyOf({ name, since, every, set, recorded }: ConnectionOptions): Record<string, unknown> {
  const settings = set === undefined ? undefined : Object.fromEntries(set.map(splitSetting));
  return { name, since, everyHours: every, settings, recorded };
}

function splitSetting(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError(`--set ${printable(text)} must look like name=value`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function addAdd(sync: Command, context: CliContext): void {
  withOptions(
    sync
      .command("add")
      .description("let a provider be asked; its key is typed in, comes through a pipe or from a variable")
      .addArgument(new Argument("<provider>", "who is asked").choices(SYNC_PROVIDERS)),
  ).action(async (provider: string, options: ConnectionOptions) => {
    const isCloud = ["aws", "azure", "google"].includes(provider);
    const key = isCloud ? undefined : await readSecret(context, `key for the reports of ${provider}`, options.fromEnv);
    const api = await context.connect();
    const body = { provider, ...bodyOf(options), key };
    const made = await sendJson<{ connection: Connection }>(api, "POST", path, body);
    if (context.isJson()) return context.printJson(made);
    const next = isCloud ? `outlay sync ${provider} --path <file>` : `outlay sync ${provider}`;
    await context.print(`Added "${printable(made.connection.name)}". Try it: ${next}`);
  });
}

function addChange(sync: Command, context: CliContext): void {
  withOptions(sync.command("change").description("change what is named; --from-env replaces the key"))
    .argument("<connection>", "its name, its provider, or its id")
    .addOption(new Option("--enable", "ask it by itself again"))
    .addOption(new Option("--disable", "ask it only when somebody says so"))
    .action(async (wanted: string, options: ConnectionOptions & { enable?: boolean; disable?: boolean }) => {
      const { enable = false, disable = false, fromEnv } = options;
      const key = fromEnv === undefined ? undefined : await readSecret(context, "key", fromEnv);
      const api = await context.connect();
      const { id } = findConnection(await listConnections(api), wanted);
      const enabled = enable ? true : disable ? false : undefined;
      const answer = await sendJson(api, "PATCH", `${path}/${id}`, { ...bodyOf(options), enabled, key });
      if (context.isJson()) return context.printJson(answer);
      await context.print("Changed.");
    });
}

function addRemove(sync: Command, context: CliContext): void {
  sync
    .command("remove")
    .description("remove a connection, and all that it has reported")
    .argument("<connection>", "its name, its provider, or its id")
    .action(async (wanted: string) => {
      const api = await context.connect();
      const { id } = findConnection(await listConnections(api), wanted);
      const left = await sendJson<{ connections: Connection[] }>(api, "DELETE", `${path}/${id}`, undefined);
      if (context.isJson()) return context.printJson(left);
      await context.print("Removed.");
    });
}

async function listConnections(api: Api): Promise<Connection[]> {
  return (await getJson<{ connections: Connection[] }>(api, path)).connections;
}

/** An id wins, then a name, then a provider with one connection. */
function matching(connections: Connection[], wanted: string): Connection | undefined {
  const found = connections.find(({ id }) => id === wanted) ?? connections.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const ofProvider = connections.filter(({ provider }) => provider === wanted);
  if (ofProvider.length > 1) {
    const names = ofProvider.map(({ name }) => `"${printable(name)}"`).join(", ");
    throw new UsageError(`There are several connections to ${wanted}: ${names}`);
  }
  return ofProvider[0];
}

function findConnection(connections: Connection[], wanted: string): Connection {
  const found = matching(connections, wanted);
  if (found !== undefined) return found;
  const names = connections.map(({ name }) => `"${printable(name)}"`).join(", ");
  throw new UsageError(
    `There is no connection "${printable(wanted)}"${names === "" ? "; add one: outlay sync add <provider>" : `; there are ${names}`}`,
  );
}
