/** Longest message that is kept, in characters. */
const MAX_MESSAGE_LENGTH = 1_000;

/**
 * What went wrong, as an event says it: a word that can be grouped by, and the message without keys and addresses'
 * secrets. Understands the errors of fetch, of Node and of the providers' own packages; never throws.
 */
export function errorFacts(error: unknown): { errorType: string; errorMessage?: string } {
  try {
    const facts = asRecord(error);
    const message = typeof error === "string" ? error : facts["message"];
    return {
      errorType: errorType(facts),
      ...(typeof message === "string" && message !== "" ? { errorMessage: redact(message) } : {}),
    };
  } catch {
    return { errorType: "error" };
  }
}

/** The message without what looks like a key, a token or a password, cut to 1,000 characters. */
export function redact(message: string): string {
  // Nothing behind this is kept, so that a long text costs no more than a short one.
  let clean = message.slice(0, 2 * MAX_MESSAGE_LENGTH);
  for (const [pattern, instead] of SECRETS) clean = clean.replace(pattern, instead);
  // oxlint-disable-next-line no-control-regex
  clean = clean.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, " ");
  return clean.slice(0, MAX_MESSAGE_LENGTH);
}

function errorType(error: Record<string, unknown>): string {
  const name = text(error["name"]);
  const code = text(error["code"]) ?? text(asRecord(error["cause"])["code"]);
  if (name === "AbortError" || name === "APIUserAbortError" || code === "ABORT_ERR") return "aborted";
  if (name === "TimeoutError" || name === "APIConnectionTimeoutError" || (code && /TIMEDOUT|_TIMEOUT$/.test(code)))
    return "timeout";
  const status = Number(error["status"] ?? error["statusCode"] ?? asRecord(error["$metadata"])["httpStatusCode"]);
  if (status >= 400) return STATUS_WORDS[status] ?? (status >= 500 ? "server_error" : "invalid_request");
  if (name === "APIConnectionError" || (code && /^(E[A-Z]+|UND_ERR_\w+)$/.test(code))) return "connection";
  return word(code ?? name ?? "error");
}

const STATUS_WORDS: Record<number, string> = {
  401: "authentication",
  402: "payment_required",
  403: "permission_denied",
  404: "not_found",
  408: "timeout",
  413: "request_too_large",
  429: "rate_limit",
  504: "timeout",
  529: "overloaded",
};

/** What is taken out, and what is put there. */
const SECRETS: [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, "$1 [redacted]"],
  [/([?&](?:api[-_]?key|key|token|access_token|signature|sig|code|secret)=)[^\s&"'#]+/gi, "$1[redacted]"],
  [/(:\/\/)[^\s/@:]+:[^\s/@]+@/g, "$1[redacted]@"],
  [/\b(?:sk|pk|rk|gsk|xai|pplx|hf|r8|fw|tgp|outlay|ghp|gho|glpat|npm)[-_][\w*-]{6,}/gi, "[redacted]"],
  [/\bAIza[\w-]{10,}/g, "[redacted]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, "[redacted]"],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "[redacted]"],
  [/((?:api[-_ ]?key|secret|password|token|authorization)["']?\s*[:=]\s*["']?)[^\s"',;]{6,}/gi, "$1[redacted]"],
  [/\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}/g, "[redacted]"],
];

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `RateLimitError` → `rate_limit`; at most 100 characters. */
function word(name: string): string {
  const snake = name.replaceAll(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
  const clean = snake.replaceAll(/[^a-z\d]+/g, "_").replaceAll(/^_+|_+$/g, "");
  return clean.replace(/_(error|exception)$/, "").slice(0, 100) || "error";
}
