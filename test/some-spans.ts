import type { Attributes, TelemetrySpan } from "@outlay/providers";

/** A span with everything that a test does not care about. */
export function aSpan(given: Partial<TelemetrySpan>): TelemetrySpan {
  return {
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    parentSpanId: null,
    name: "span",
    startMs: 1_764_000_000_005,
    endMs: 1_764_000_002_000,
    attributes: {},
    events: [],
    status: { isError: false, message: null },
    resource: {},
    scope: { name: "scope", version: "1" },
    ...given,
  };
}

/** A span of the conventions: an operation, and what it used. */
export function usedSpan(
  spanId: string,
  parentSpanId: string | null,
  operation: string,
  tokens: [input: number, output: number] | null,
  more: Attributes = {},
): TelemetrySpan {
  const usage = tokens && { "gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1] };
  return aSpan({
    spanId,
    parentSpanId,
    attributes: { "gen_ai.operation.name": operation, "gen_ai.request.model": "gpt-5", ...usage, ...more },
  });
}
