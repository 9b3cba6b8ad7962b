/** How a request was written, and so its answer. */
export type OtlpEncoding = "json" | "protobuf";

/** What one export request holds. */
export type Signal = "traces" | "logs" | "metrics";

const REJECTED_NAMES: Record<Signal, string> = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
};

/** The content type of a body in this encoding. */
export const OTLP_TYPES: Record<OtlpEncoding, string> = {
  json: "application/json",
  protobuf: "application/x-protobuf",
};

/**
 * The answer to a request that was taken, all of it or in part. A message without rejected items is a warning, as the
 * protocol allows.
 */
export function exportAnswer(
  encoding: OtlpEncoding,
  signal: Signal,
  received: { rejected: number; message: string | null },
): string | Uint8Array<ArrayBuffer> {
  const { rejected, message } = received;
  const isWhole = rejected === 0 && message === null;
  if (encoding === "json") {
    if (isWhole) return "{}";
    const partialSuccess = { [REJECTED_NAMES[signal]]: String(rejected), errorMessage: message ?? "" };
    return JSON.stringify({ partialSuccess });
  }
  if (isWhole) return new Uint8Array(0);
  return lengthField(1, [...numberField(1, rejected), ...lengthField(2, utf8(message ?? ""))]);
}

/** A refusal as google.rpc.Status, the form that OTLP asks for. */
export function statusAnswer(
  encoding: OtlpEncoding,
  status: { code: number; message: string },
): string | Uint8Array<ArrayBuffer> {
  if (encoding === "json") return JSON.stringify(status);
  return Uint8Array.from([...numberField(1, status.code), ...lengthField(2, utf8(status.message))]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function numberField(field: number, value: number): Uint8Array<ArrayBuffer> {
  return value === 0 ? new Uint8Array(0) : Uint8Array.from([field << 3, ...varint(value)]);
}

function lengthField(field: number, content: ArrayLike<number> & Iterable<number>): Uint8Array<ArrayBuffer> {
  if (content.length === 0) return new Uint8Array(0);
  return Uint8Array.from([(field << 3) | 2, ...varint(content.length), ...content]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}
