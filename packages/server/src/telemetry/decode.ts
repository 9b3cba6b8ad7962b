import type { TelemetrySpan } from "@outlay/providers";
import { logsFromJson, metricsFromJson, spansFromJson } from "./decode-json.ts";
import { logsFromProtobuf, metricsFromProtobuf, spansFromProtobuf } from "./decode-protobuf.ts";
import type { Decoded, MetricPoint, TelemetryLog } from "./otlp-records.ts";
import { spansFromJsonBytes } from "./spans-from-json-bytes.ts";

/** The body of an export request: protobuf, or JSON with what parses it; `parse` throws InvalidInput for what is none. */
export type OtlpBody = { protobuf: Buffer } | { json: Buffer; parse: (bytes: Buffer) => unknown };

/**
 * What `read` makes of each span, which then need not be kept. Throws InvalidInput `invalid_protobuf`, `invalid_otlp`,
 * `batch_too_large`; so do the others.
 */
export function decodeSpans<Read = TelemetrySpan>(
  body: OtlpBody,
  read: (span: TelemetrySpan) => Read = (span) => span as Read,
): Decoded<Read> {
  if ("protobuf" in body) return spansFromProtobuf(body.protobuf, read);
  return spansFromJsonBytes(body.json, read) ?? spansFromJson(body.parse(body.json), read);
}

export function decodeLogs(body: OtlpBody): Decoded<TelemetryLog> {
  return "protobuf" in body ? logsFromProtobuf(body.protobuf) : logsFromJson(body.parse(body.json));
}

export function decodeMetrics(body: OtlpBody): Decoded<MetricPoint> {
  return "protobuf" in body ? metricsFromProtobuf(body.protobuf) : metricsFromJson(body.parse(body.json));
}
