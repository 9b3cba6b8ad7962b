import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { InvalidInput } from "@outlay/core";
import type { Command } from "commander";
import { restoreBackup } from "../backup/restore-backup.ts";
import type { CliContext } from "./context.ts";
import { formatBytes, formatCount } from "./draw/values.ts";
import { problemOf, withParams } from "./get-json.ts";
import { CommandFailed, UsageError } from "./problem.ts";

/** `outlay backup`: the whole store as it is now, as one file, while the server goes on. */
export function addBackupCommand(program: Command, context: CliContext): void {
  program
    .command("backup")
    .description("the whole store as one file, while the server goes on recording")
    .requiredOption("--output <file>", "where it goes; a name that ends in .gz is compressed")
    .option("--include-secret", "with the secret that stored keys of providers are encrypted with")
    .addHelpText(
      "after",
      `
The file has events, sums, prices, limits, settings, people and the hashes of their passwords: only its owner may read it.
It does not have the secret (secret.key; keep a copy of it elsewhere, or say --include-secret) nor what is set aside for
calls that are running. Free space for a second copy of the store is needed in the data folder while it is made.

Examples:
  outlay backup --output outlay.backup.gz
  outlay backup --server https://costs.example.com --output costs.backup`,
    )
    .action((options: { output: string; includeSecret?: boolean }) => backUp(context, options));
}

/** `outlay restore <file>`: a data folder from a backup. */
export function addRestoreCommand(program: Command, context: CliContext): void {
  program
    .command("restore")
    .description("make a data folder of a backup")
    .argument("<file>", "as outlay backup wrote it")
    .option("--replace", "move aside what is in the folder; without it, only an empty folder is taken")
    .addHelpText(
      "after",
      `
Every page of the backup and every sum is checked. No server may run on the folder.

Examples:
  outlay restore outlay.backup.gz --data ./restored
  outlay restore outlay.backup --replace`,
    )
    .action((file: string, options: { replace?: boolean }) => restore(context, file, options.replace === true));
}

async function backUp(
  context: CliContext,
  { output, includeSecret }: { output: string; includeSecret?: boolean },
): Promise<void> {
  const api = await context.connect();
  if (context.isTerminal) context.note("Copying the store …");
  const params = includeSecret === true ? { secret: "include" } : {};
  const response = await api.request(withParams("/api/v1/maintenance/backup", params));
  if (!response.ok || response.body === null) throw await problemOf(response);
  const sizeBytes = Number(response.headers.get("content-length") ?? 0);
  const progress = context.progress("Writing the backup", sizeBytes);
  const bytes = await writeWhole(output, response.body, (done) => progress.update(done)).finally(() => progress.end());
  if (bytes.read < sizeBytes) throw new UsageError("The backup broke off.");
  const file = resolve(output);
  if (context.isJson()) return context.printJson({ file, bytes: bytes.written, storeBytes: bytes.read });
  await context.print(`${file}: ${formatBytes(bytes.written)}`);
}

/** Beside the file first: a backup that breaks off leaves no half of one under its name. Only its owner may read it. */
async function writeWhole(
  output: string,
  body: ReadableStream<Uint8Array>,
  onProgress: (readBytes: number) => void,
): Promise<{ read: number; written: number }> {
  const partial = `${output}.partial`;
  const file = await openForWriting(partial, output);
  let read = 0;
  let written = 0;
  try {
    const counted = Readable.from(
      (async function* () {
        for await (const chunk of body) {
          read += chunk.length;
          onProgress(read);
          yield chunk;
        }
      })(),
    );
    const chunks = extname(output) === ".gz" ? counted.compose(createGzip()) : counted;
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      await file.appendFile(chunk);
      written += chunk.length;
    }
    await file.sync();
    await file.close();
    await rename(partial, output);
    return { read, written };
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    throw new InvalidInput("disk_full", `${output} cannot be written: its disk is full`);
  }
}

async function openForWriting(path: string, output: string): Promise<FileHandle> {
  try {
    await rm(path, { force: true });
    return await open(path, "wx", 0o600);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidInput("file_not_writable", `${output} cannot be written: ${reason}`);
  }
}

async function restore(context: CliContext, file: string, replace: boolean): Promise<void> {
  if (context.flags().serverUrl !== undefined) throw new UsageError("A backup is restored into a data folder: --data.");
  const { settings } = await context.resolveSettings();
  const dataDir = settings.find(({ name }) => name === "dataDir")?.value as string;
  const progress = context.progress("Reading the backup");
  const report = await restoreBackup({
    file,
    dataDir,
    replace,
    now: context.now,
    onProgress: (done) => progress.update(done),
  }).finally(() => progress.end());
  const { manifest, movedTo, events, different } = report;
  if (context.isJson()) await context.printJson({ dataDir, ...report });
  else {
    await context.print(
      `${dataDir}: ${formatCount(events)} calls, as they were at ${manifest.at}; ${different === 0 ? "every sum is what its calls say" : `${formatCount(different)} sums are not what their calls say`}`,
    );
    if (movedTo !== null) await context.print(`What was there before lies in ${movedTo}`);
    if (!manifest.parts.includes("secret.key")) {
      context.note("The secret is not in it: put secret.key (or OUTLAY_SECRET) back if keys of providers were stored.");
    }
  }
  if (different > 0) throw new CommandFailed();
}
