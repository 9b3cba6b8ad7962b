import { InvalidInput } from "@outlay/core";
import { z } from "zod";
import type { ExportFile, QueryParams } from "../../ledger/answers.ts";
import { csvLine } from "../../ledger/csv.ts";
import type { AuditQuestion, Storage, StoredAuditEntry } from "../../storage/storage.ts";
import { instantText } from "../instant-text.ts";
import { instantMs, oneOf, oneValue, wholeNumber } from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";
import { fileResponse } from "./export.ts";

/** Entries read at once for a file. */
const PAGE = 1_000;

const text = (description: string, example?: string) =>
  z
    .string()
    .optional()
    .meta({ description, ...(example === undefined ? {} : { example }) });
const filters = {
  from: text("Start, included: a date (UTC) or an ISO instant", "2026-11-01"),
  to: text("End, excluded: a date (UTC) or an ISO instant"),
  actor: text("Part of who did it", "person:ada@example.com"),
  action: text("Part of what was done", "key_"),
};

const entry = z.strictObject({
  seq: z.number().int().meta({ description: "Order of arrival; it only grows" }),
  at: z.string().meta({ format: "date-time" }),
  actor: z.string().meta({
    description:
      "person:<e-mail>; key:<name> (<id>); cli: the command line of the data folder's owner; api: a request where everything is open; outlay: by itself",
  }),
  action: z.string(),
  detail: z
    .unknown()
    .meta({ description: "What it was about; before and after where something was replaced. Never a secret" }),
});

/** Who changed what, and when. */
export function addAuditRoutes(app: App, storage: Storage): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/audit",
      access: "admin",
      tag: "System",
      summary: "Who changed what: newest first",
      query: z.object({
        ...filters,
        limit: text("Most entries, up to 1000; default 100"),
        cursor: text("nextCursor of the page before"),
      }),
      answer: z.strictObject({ entries: z.array(entry), nextCursor: z.string().nullable() }),
    },
    async ({ query }) => {
      const limit = wholeNumber(query, "limit", { min: 1, max: 1_000, default: 100 });
      const before = readCursor(query);
      // one more than asked tells whether there is another page
      const found = await storage.listAudit({ ...questionOf(query), ...before, limit: limit + 1 });
      const entries = found.slice(0, limit);
      const last = entries.at(-1);
      return {
        entries: entries.map(wireEntry),
        nextCursor: found.length > limit && last !== undefined ? String(last.seq) : null,
      };
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/audit/export",
      access: "admin",
      tag: "System",
      summary: "The audit trail as a file, newest first",
      query: z.object({ ...filters, format: text("csv (default), json or jsonl", "csv") }),
      answer: { mediaTypes: ["text/csv", "application/json", "application/x-ndjson"], description: "The file" },
    },
    async ({ c, query }) => {
      const format = oneOf(query, "format", ["csv", "json", "jsonl"], "csv");
      return fileResponse(c, auditFile(format, pagesOf(storage, questionOf(query))));
    },
  );
}

function questionOf(query: QueryParams): Omit<AuditQuestion, "limit"> {
  const actor = oneValue(query, "actor");
  const action = oneValue(query, "action");
  return {
    fromMs: instantMs(query, "from", 0),
    toMs: instantMs(query, "to", Number.MAX_SAFE_INTEGER),
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
  };
}

function readCursor(query: QueryParams): { beforeSeq?: number } {
  const cursor = oneValue(query, "cursor");
  if (cursor === undefined) return {};
  if (/^\d{1,15}$/.test(cursor)) return { beforeSeq: Number(cursor) };
  throw new InvalidInput("invalid_cursor", `cursor "${cursor.slice(0, 60)}" is not one that a page has given`, {
    field: "cursor",
  });
}

async function* pagesOf(storage: Storage, question: Omit<AuditQuestion, "limit">): AsyncIterable<StoredAuditEntry[]> {
  let before: { beforeSeq?: number } = {};
  for (;;) {
    const page = await storage.listAudit({ ...question, ...before, limit: PAGE });
    yield page;
    if (page.length < PAGE) return;
    before = { beforeSeq: page.at(-1)!.seq };
  }
}

const CONTENT_TYPES = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  jsonl: "application/x-ndjson",
} as const;

function auditFile(format: keyof typeof CONTENT_TYPES, pages: AsyncIterable<StoredAuditEntry[]>): ExportFile {
  return { contentType: CONTENT_TYPES[format], filename: `outlay-audit.${format}`, body: WRITERS[format](pages) };
}

const WRITERS: Record<keyof typeof CONTENT_TYPES, (pages: AsyncIterable<StoredAuditEntry[]>) => AsyncIterable<string>> =
  {
    async *csv(pages) {
      yield csvLine(["seq", "at", "actor", "action", "detail"]);
      for await (const page of pages) {
        const lines = page.map(wireEntry);
        yield lines
          .map(({ seq, at, actor, action, detail }) => csvLine([seq, at, actor, action, JSON.stringify(detail)]))
          .join("");
      }
    },
    async *json(pages) {
      let separator = "[\n";
      for await (const page of pages) {
        if (page.length === 0) continue;
        yield separator + page.map((it) => JSON.stringify(wireEntry(it))).join(",\n");
        separator = ",\n";
      }
      yield separator === "[\n" ? "[]\n" : "\n]\n";
    },
    async *jsonl(pages) {
      for await (const page of pages) yield page.map((it) => `${JSON.stringify(wireEntry(it))}\n`).join("");
    },
  };

function wireEntry({ seq, atMs, actor, action, detail }: StoredAuditEntry): z.infer<typeof entry> {
  return { seq, at: instantText(atMs), actor, action, detail };
}
