import type { TelemetrySpan } from "@outlay/providers";
import { logsFromJson, metricsFromJson, spansFromJson } from "./decode-json.ts";
import { logsFromProtobuf, metricsFromProtobuf, spansFromProtobuf } from "./decode-protobuf.ts";
import type { Decoded, MetricPoint, TelemetryLog } from "./otlp-records.ts";

/** The body of an export request: bytes of protobuf, or parsed JSON. */
export type OtlpBody = { protobuf: Buffer } | { json: unknown };

/** Throws InvalidInput `invalid_protobuf`, `invalid_otlp`, `batch_too_large`; so do the others. */
export function decodeSpans(body: OtlpBody): Decoded<TelemetrySpan> {
  return "protobuf" in body ? spansFromProtobuf(body.protobuf) : spansFromJson(body.json);
}

export function decodeLogs(body: OtlpBody): Decoded<TelemetryLog> {
  return "protobuf" in body ? logsFromProtobuf(body.protobuf) : logsFromJson(body.json);
}

export function decodeMetrics(body: OtlpBody): Decoded<MetricPoint> {
  return "protobuf" in body ? metricsFromProtobuf(body.protobuf) : metricsFromJson(body.json);
}
