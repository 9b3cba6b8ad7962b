import type { Context } from "hono";
import { z } from "zod";
import { importProgressIn } from "../../ledger/import-progress.ts";
import type { Storage } from "../../storage/storage.ts";
import { principalOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const path = "/api/v1/imports/{importer}/{machine}";
const params = z.object({
  importer: z.string().meta({ description: "The tool whose logs are read: claude-code" }),
  machine: z.string().meta({ description: "Where its logs lie" }),
});

const MAX_FILES = 5_000;
const MAX_STATE_CHARACTERS = 65_536;
const byteCount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const importedFile = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .meta({ description: "Stands for the file's path, which is not sent" }),
    sizeBytes: byteCount,
    modifiedMs: byteCount,
    offsetBytes: byteCount.meta({ description: "What lies before it has been recorded" }),
    line: byteCount.meta({ description: "Number of the line that begins at the offset" }),
    fingerprint: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .meta({ description: "Of the bytes before the offset" }),
    // whatever JSON can say: a schema of its own for that refers to itself, which the document cannot show
    state: z
      .unknown()
      .refine(
        (state) => JSON.stringify(state).length <= MAX_STATE_CHARACTERS,
        `expected at most ${MAX_STATE_CHARACTERS} characters of JSON`,
      )
      .optional()
      .meta({ description: "What the importer has to know of what lies before the offset" }),
  })
  .meta({ id: "ImportedFile" });
const importedFiles = z.strictObject({ files: z.array(importedFile).max(MAX_FILES) });

const example = {
  files: [
    {
      id: "4mPb2Zq0hJ1kR8sT6uVwXy",
      sizeBytes: 48_211,
      modifiedMs: 1_795_300_000_000,
      offsetBytes: 48_211,
      line: 97,
      fingerprint: "Qm9hZ2FyZGVuLXdhbGwtMQ",
    },
  ],
};

/**
 * How far the logs of coding tools have been read. It lies beside the calls, so that a store that was put back to an
 * older state is given again what it has lost.
 */
export function addImportRoutes(app: App, storage: Storage): void {
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "ingest",
      tag: "Recording",
      summary: "How far a machine's logs of a coding tool have been recorded",
      description: "Each key has its own: what another one sent is not told.",
      params,
      answer: z.strictObject({ files: z.array(importedFile) }),
      example,
    },
    async ({ c, params: { importer, machine } }) => {
      const records = await storage.listRecords(importProgressIn(importer, machine, keyOf(c)));
      return { files: records.map(({ body }) => body) };
    },
  );

  addRoute(
    app,
    {
      method: "put",
      path,
      access: "ingest",
      tag: "Recording",
      summary: "Remember how far files have been recorded",
      description: "To be sent after their calls are recorded. Files that are not named keep what was said of them.",
      params,
      body: { schema: importedFiles, example },
      answer: z.strictObject({ kept: z.number().int() }),
      example: { kept: 1 },
    },
    async ({ c, params: { importer, machine }, body }) => {
      const { files } = parseAs(importedFiles, await body(), "invalid_body");
      await storage.putRecords(
        importProgressIn(importer, machine, keyOf(c)),
        files.map((file) => ({ id: file.id, atMs: file.modifiedMs, body: file })),
      );
      return { kept: files.length };
    },
  );
}

function keyOf(c: Context<HttpEnvironment>): string | null {
  const principal = principalOf(c);
  return principal.kind === "key" ? principal.key.id : null;
}
