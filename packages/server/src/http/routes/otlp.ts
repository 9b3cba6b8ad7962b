import { InvalidInput } from "@outlay/core";
import type { Context } from "hono";
import { z } from "zod";
import { decodeLogs, decodeMetrics, type OtlpBody } from "../../telemetry/decode.ts";
import { exportAnswer, OTLP_TYPES, statusAnswer, type OtlpEncoding, type Signal } from "../../telemetry/otlp-answer.ts";
import type { OtlpReceiver, Received } from "../../telemetry/otlp-receiver.ts";
import { parseJsonBody, readBytesBody } from "../read-body.ts";
import { addRoute } from "../route.ts";
import type { HttpEnvironment } from "../environment.ts";
import type { App, RouteDeclaration } from "../route.ts";
import { senderOf } from "../sender.ts";

/** Largest body, as sent and after decompression: what OpenTelemetry's own collector takes. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;
/** When an exporter is to try again after a failure of ours. */
const RETRY_AFTER_SECONDS = 5;
/** A sender that has neither spans nor log records says so with the value `count`. */
const METRICS_HEADER = "x-outlay-metrics";
/** Of google.rpc.Code. */
const INVALID_ARGUMENT = 3;
const UNAVAILABLE = 14;

type LogFailure = (requestId: string, error: unknown) => void;

/** The addresses that OpenTelemetry's exporters send to: https://opentelemetry.io/docs/specs/otlp/#otlphttp. */
export function addOtlpRoutes(app: App, receiver: OtlpReceiver, logFailure: LogFailure): void {
  addSignal(app, logFailure, "traces", (body, c) => receiver.spansOf(body, senderOf(c)));
  addSignal(app, logFailure, "logs", (body, c) => receiver.logs(decodeLogs(body), senderOf(c)));
  addSignal(app, logFailure, "metrics", (body, c) =>
    receiver.metrics(decodeMetrics(body), {
      countTokens: c.req.header(METRICS_HEADER) === "count",
      sender: senderOf(c),
    }),
  );
}

type Take = (body: OtlpBody, c: Context<HttpEnvironment>) => Promise<Received>;

/** One signal, at its own address or at another that exporters of one tool send to. */
export function addSignal(app: App, logFailure: LogFailure, signal: Signal, take: Take, path?: string): void {
  const declared = declarationOf(signal);
  addRoute(app, path === undefined ? declared : { ...declared, path }, async ({ c }) => {
    // a body of no known type is answered in the form that people can read
    let encoding: OtlpEncoding = "json";
    try {
      encoding = encodingOf(c.req.header("content-type"));
      const bytes = await readBytesBody(c, MAX_BODY_BYTES);
      const body = encoding === "json" ? { json: bytes, parse: parseJsonBody } : { protobuf: bytes };
      return answer(encoding, 200, exportAnswer(encoding, signal, await take(body, c)));
    } catch (error) {
      if (error instanceof InvalidInput) {
        return answer(
          encoding,
          error.status,
          statusAnswer(encoding, { code: INVALID_ARGUMENT, message: error.message }),
        );
      }
      logFailure(c.get("requestId"), error);
      const message = `Outlay could not record this; its log has the reason under ${c.get("requestId")}`;
      const response = answer(encoding, 503, statusAnswer(encoding, { code: UNAVAILABLE, message }));
      response.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
      return response;
    }
  });
}

function encodingOf(contentType: string | undefined): OtlpEncoding {
  const type = (contentType ?? "").split(";")[0]!.trim().toLowerCase();
  if (type === "application/json") return "json";
  if (type === "application/x-protobuf" || type === "application/protobuf") return "protobuf";
  throw new InvalidInput(
    "unsupported_media_type",
    `The body must be application/x-protobuf or application/json, not ${(contentType ?? "without a type").slice(0, 100)}`,
    { field: "content-type", status: 415 },
  );
}

function answer(encoding: OtlpEncoding, status: number, body: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, { status, headers: { "content-type": OTLP_TYPES[encoding] } });
}

const attributes = z.array(z.looseObject({ key: z.string() })).optional();
const frame = (name: string, items: string, item: z.ZodType) =>
  z.looseObject({
    resource: z.looseObject({ attributes }).optional(),
    [name]: z.array(z.looseObject({ [items]: z.array(item) })),
  });

const SIGNALS: Record<Signal, { summary: string; schema: z.ZodType; example: unknown }> = {
  traces: {
    summary: "OpenTelemetry spans: model calls among them are recorded",
    schema: z.looseObject({ resourceSpans: z.array(frame("scopeSpans", "spans", z.looseObject({}))) }),
    example: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: "0af7651916cd43dd8448eb211c80319c",
                  spanId: "b7ad6b7169203331",
                  name: "chat gpt-5",
                  startTimeUnixNano: "1764000000005000000",
                  endTimeUnixNano: "1764000002000000000",
                  attributes: [
                    { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
                    { key: "gen_ai.provider.name", value: { stringValue: "openai" } },
                    { key: "gen_ai.request.model", value: { stringValue: "gpt-5" } },
                    { key: "gen_ai.usage.input_tokens", value: { intValue: "1200" } },
                    { key: "gen_ai.usage.output_tokens", value: { intValue: "90" } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  },
  logs: {
    summary: "OpenTelemetry log records: those of coding tools, and of model calls, are recorded",
    schema: z.looseObject({ resourceLogs: z.array(frame("scopeLogs", "logRecords", z.looseObject({}))) }),
    example: {
      resourceLogs: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "claude-code" } }] },
          scopeLogs: [
            {
              scope: { name: "com.anthropic.claude_code.events" },
              logRecords: [
                {
                  timeUnixNano: "1764000000000000000",
                  body: { stringValue: "claude_code.api_request" },
                  attributes: [
                    { key: "event.name", value: { stringValue: "api_request" } },
                    { key: "model", value: { stringValue: "claude-sonnet-4-5" } },
                    { key: "input_tokens", value: { intValue: "10" } },
                    { key: "output_tokens", value: { intValue: "20" } },
                    { key: "session.id", value: { stringValue: "8f0c5d1e" } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  },
  metrics: {
    summary: "OpenTelemetry metrics: counted where a sender has nothing else",
    schema: z.looseObject({ resourceMetrics: z.array(frame("scopeMetrics", "metrics", z.looseObject({}))) }),
    example: { resourceMetrics: [] },
  },
};

function declarationOf(signal: Signal): RouteDeclaration {
  const { summary, schema, example } = SIGNALS[signal];
  return {
    method: "post",
    path: `/v1/${signal}`,
    access: "ingest",
    tag: "Recording",
    summary,
    description:
      "OTLP over HTTP, as application/x-protobuf or application/json, plain or compressed. Answers in the same form: empty when all was taken, partialSuccess when a part was not. 503 means that it may be sent again.",
    body: { schema, example },
    answer: z.strictObject({
      partialSuccess: z.record(z.string(), z.string()).optional().meta({
        description: "rejectedSpans, rejectedLogRecords or rejectedDataPoints, and errorMessage",
      }),
    }),
    example: {},
  };
}
