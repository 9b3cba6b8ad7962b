import type { TelemetrySpan } from "@outlay/providers";
import { logsFromJson, metricsFromJson, spansFromJson } from "./decode-json.ts";
import { logsFromProtobuf, metricsFromProtobuf, spansFromProtobuf } from "./decode-protobuf.ts";
import type { Decoded, MetricPoint, TelemetryLog } from "./otlp-records.ts";

/** The body of an export request: bytes of protobuf, or parsed JSON. */
export type OtlpBody = { protobuf: Buffer } | { json: unknown };

/**
 * What `read` makes of each span, which then need not be kept. Throws InvalidInput `invalid_protobuf`, `invalid_otlp`,
 * `batch_too_large`; so do the others.
 */
export function decodeSpans<Read = TelemetrySpan>(body: OtlpBody, read?: (span: TelemetrySpan) => Read): Decoded<Read> {
  return "protobuf" in body ? spansFromProtobuf(body.protobuf, read) : spansFromJson(body.json, read);
}

export function decodeLogs(body: OtlpBody): Decoded<TelemetryLog> {
  return "protobuf" in body ? logsFromProtobuf(body.protobuf) : logsFromJson(body.json);
}

export function decodeMetrics(body: OtlpBody): Decoded<MetricPoint> {
  return "protobuf" in body ? metricsFromProtobuf(body.protobuf) : metricsFromJson(body.json);
}
