import { at, fields, list, text, type Fields } from "./fields.ts";
import type { Measured } from "./provider.ts";

/**
 * What went wrong, from the body of any provider's refusal:
 * `{error: {type, code, message}}` (OpenAI, Anthropic, Google with `status`), `{error: "…"}` (Ollama),
 * `{message, __type}` (AWS), `{message}` (Cohere), `[{error: …}]` (Google, in streams).
 */
export function readError(body: unknown, status: number): Measured["error"] {
  const answer = Array.isArray(body) ? fields(list(body)[0]) : fields(body);
  const error = fields(answer["error"]);
  const type =
    text(error["status"]) ??
    kindOf(error) ??
    codeOf(error) ??
    text(answer["__type"])?.replace(/^.*#/, "") ??
    text(at(answer, ["type"])) ??
    typeOfStatus(status);
  const message =
    text(error["message"]) ??
    text(answer["error"]) ??
    text(answer["message"]) ??
    text(answer["Message"]) ??
    text(answer["detail"]) ??
    `HTTP ${status}`;
  return { type: type === "error" ? typeOfStatus(status) : type, message };
}

/**
 * OpenAI's type of a rate limit says only what was counted (`requests`, `tokens`), and in the events of its Responses API
 * it is always `error`. The code says more.
 */
function kindOf(error: Fields): string | null {
  const type = text(error["type"]);
  return type === "requests" || type === "tokens" || type === "error" ? (codeOf(error) ?? type) : type;
}

/** A code that is only the status again (Azure, Mistral) says nothing. */
function codeOf(error: Fields): string | null {
  const code = text(error["code"]);
  return code === null || /^\d+$/.test(code) ? null : code;
}

/** The name that OpenTelemetry would give: the status, or a word where it is well known. */
function typeOfStatus(status: number): string {
  return STATUS_TYPES[status] ?? String(status);
}

const STATUS_TYPES: Record<number, string> = {
  200: "error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found",
  413: "request_too_large",
  429: "rate_limit",
  500: "server_error",
  503: "overloaded",
  529: "overloaded",
};
