import type { LimitExceeded } from "./limit-exceeded.ts";

/**
 * A refusal as an answer that the clients of every provider read as one of theirs: 429 raises their RateLimitError. They are told
 * not to try again at once, which would change nothing. null: the error is about something else.
 */
export function refusedAnswer(error: unknown): Response | null {
  // By their names: the client that throws them may be another copy of this package.
  const { name, message } = error as Error;
  if (name === "LimitExceeded") return exceededAnswer(error as LimitExceeded);
  if (name !== "LimitsUnreachable") return null;
  return answer(503, { type: "api_error", code: "limits_unreachable", status: "UNAVAILABLE", message }, {});
}

function exceededAnswer(error: LimitExceeded): Response {
  const { code, message, limit, scope, amountUsd, spentUsd, leasedUsd, wantedUsd, resetsAt, refusalId } = error;
  const headers: Record<string, string> = { "x-outlay-refusal-id": refusalId };
  if (error.retryAfterSeconds !== null) headers["retry-after"] = String(error.retryAfterSeconds);
  const facts = { ...limit, scope, amountUsd, spentUsd, leasedUsd, wantedUsd, resetsAt, refusalId };
  return answer(429, { type: "rate_limit_error", code, status: "RESOURCE_EXHAUSTED", message, limit: facts }, headers);
}

function answer(status: number, error: object, headers: Record<string, string>): Response {
  return new Response(JSON.stringify({ type: "error", error }), {
    status,
    headers: { "content-type": "application/json", "x-should-retry": "false", ...headers },
  });
}
