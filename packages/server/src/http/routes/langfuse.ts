import { hash } from "node:crypto";
import { InvalidInput, type WireEvent } from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import { decodeSpans } from "../../telemetry/decode.ts";
import type { LangfuseReceiver } from "../../telemetry/langfuse-receiver.ts";
import { principalOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";
import { senderOf } from "../sender.ts";
import { addSignal } from "./otlp.ts";

const TAG = "Langfuse";
const MAX_ITEMS = 5_000;

const itemStatus = z.strictObject({ id: z.string(), status: z.number().int() });
const ingestionAnswer = z.strictObject({
  successes: z.array(itemStatus),
  errors: z.array(z.strictObject({ ...itemStatus.shape, message: z.string(), error: z.string() })),
});

/**
 * The part of Langfuse's API that its clients send to and ask for, so that an application instrumented for it only
 * changes host and keys. https://api.reference.langfuse.com
 */
export function addLangfuseRoutes(
  app: App,
  receiver: LangfuseReceiver,
  facts: { version: string },
  logFailure: (requestId: string, error: unknown) => void,
): void {
  addIngestion(app, receiver);
  addSignal(
    app,
    logFailure,
    "traces",
    (body, c) => receiver.spans(decodeSpans(body), senderIn(c)),
    "/api/public/otel/v1/traces",
  );
  addChecks(app, facts);
  addMedia(app);
  addPrompts(app);
}

function addIngestion(app: App, receiver: LangfuseReceiver): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/public/ingestion",
      access: "ingest",
      tag: TAG,
      summary: "Take a batch of traces, observations and scores",
      description:
        "Generations are recorded as usage events, with what their trace says of user, session and tags, whichever comes first. What comes later of the same observation revises its event. Prompts and answers are not kept. Status 207 says of each item whether it was taken; what was taken is durable.",
      body: {
        schema: z.looseObject({
          batch: z.array(z.looseObject({ id: z.string(), type: z.string(), timestamp: z.string(), body: z.unknown() })),
        }),
        example: {
          batch: [
            {
              id: "i-1",
              type: "generation-create",
              timestamp: "2026-11-22T05:00:00.000Z",
              body: { id: "g-1", traceId: "t-1", model: "gpt-5", usageDetails: { input: 1_200, output: 90 } },
            },
          ],
        },
      },
      status: 207,
      answer: ingestionAnswer,
      example: { successes: [{ id: "i-1", status: 201 }], errors: [] },
    },
    async ({ c, body }) => receiver.ingest(batchOf(await body()), senderIn(c)),
  );
}

function batchOf(body: unknown): unknown[] {
  const batch = typeof body === "object" && body !== null ? (body as Record<string, unknown>)["batch"] : undefined;
  if (!Array.isArray(batch))
    throw new InvalidInput("invalid_body", "batch must be a list of items", { field: "batch" });
  if (batch.length <= MAX_ITEMS) return batch;
  throw new InvalidInput("batch_too_large", `batch has ${batch.length} items; at most ${MAX_ITEMS} fit a request`, {
    field: "batch",
    status: 413,
  });
}

/** What the sender's keys say of its calls: whose an Outlay key is, or a fingerprint of a public key from elsewhere. */
function senderIn(c: Context<HttpEnvironment>): Partial<WireEvent> {
  if (principalOf(c).kind === "key") return senderOf(c);
  const [, encoded = ""] = /^basic\s+(\S+)/i.exec(c.req.header("authorization") ?? "") ?? [];
  const [publicKey = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return publicKey === "" ? {} : { credential: `key-${hash("sha256", publicKey, "hex").slice(0, 8)}` };
}

function addChecks(app: App, { version }: { version: string }): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/public/health",
      access: "public",
      tag: TAG,
      summary: "Say that the server is there",
      answer: z.strictObject({ status: z.string(), version: z.string() }),
      example: { status: "OK", version },
    },
    async () => ({ status: "OK", version }),
  );
  const project = {
    id: "outlay",
    name: "Outlay",
    organization: { id: "outlay", name: "Outlay" },
    metadata: {},
    retentionDays: null,
  };
  addRoute(
    app,
    {
      method: "get",
      path: "/api/public/projects",
      access: "ingest",
      tag: TAG,
      summary: "Name the one project that every key belongs to, as clients ask to check their keys",
      answer: z.strictObject({
        data: z.array(
          z.strictObject({
            id: z.string(),
            name: z.string(),
            organization: z.strictObject({ id: z.string(), name: z.string() }),
            metadata: z.record(z.string(), z.unknown()),
            retentionDays: z.number().nullable(),
          }),
        ),
      }),
      example: { data: [project] },
    },
    async () => ({ data: [project] }),
  );
}

/** Pictures and sounds are as little kept as prompts: their uploads are answered as if they were there already. */
function addMedia(app: App): void {
  addRoute(
    app,
    {
      method: "post",
      path: "/api/public/media",
      access: "ingest",
      tag: TAG,
      summary: "Answer that a picture or sound need not be uploaded",
      body: {
        schema: z.looseObject({ sha256Hash: z.string() }),
        example: { traceId: "t-1", field: "input", contentType: "image/png", contentLength: 1, sha256Hash: "47DEQpj8" },
      },
      answer: z.strictObject({ mediaId: z.string(), uploadUrl: z.null() }),
      example: { mediaId: "47DEQpj8", uploadUrl: null },
    },
    async ({ body }) => {
      const { sha256Hash } = (await body()) as { sha256Hash?: unknown };
      const known = typeof sha256Hash === "string" && sha256Hash !== "" ? sha256Hash : "unknown";
      // As Langfuse makes the id of what has this content.
      const mediaId = known.replaceAll("+", "-").replaceAll("/", "_").slice(0, 22);
      return { mediaId, uploadUrl: null };
    },
  );
}

/** Prompts are not kept: a client that asks for one falls back to its own. */
function addPrompts(app: App): void {
  app.get("/api/public/v2/prompts/:name", (c) =>
    c.json({ message: "Outlay keeps no prompts", error: "LangfuseNotFoundError" }, 404),
  );
}
