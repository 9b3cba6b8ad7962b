import { STATUS_CODES, type ServerResponse } from "node:http";

/** Why the gateway answers itself instead of the provider. */
export interface Refusal {
  status: number;
  /** Stable; listed in docs/errors.md. */
  code: string;
  message: string;
  /** The limit that refused it, as data. */
  limit?: Record<string, unknown>;
}

/** The kinds of errors in the words of each language, by status. */
const OPENAI_TYPES: Record<number, string> = {
  401: "authentication_error",
  403: "permission_error",
  404: "invalid_request_error",
  // Of OpenAI's two kinds of 429 the one that says that waiting is of little use.
  429: "insufficient_quota",
  503: "server_error",
};
const ANTHROPIC_TYPES: Record<number, string> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};
const GOOGLE_STATUSES: Record<number, string> = {
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
  502: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};
/** AWS says the kind of an error in a header. */
const AWS_TYPES: Record<number, string> = {
  429: "ThrottlingException",
  503: "ServiceUnavailableException",
};

/**
 * Answers in the shape in which the provider's own clients look for errors; without a provider as a problem document
 * (RFC 9457). `headers` are name and value, one after the other.
 */
export function sendRefusal(
  outgoing: ServerResponse,
  refusal: Refusal,
  provider: string | null,
  headers: string[] = [],
): void {
  const { body, contentType } = refusalBody(refusal, provider);
  const text = JSON.stringify(body);
  outgoing.writeHead(refusal.status, [
    "content-type",
    contentType,
    "content-length",
    String(Buffer.byteLength(text)),
    ...(provider === "bedrock" && refusal.status in AWS_TYPES ? ["x-amzn-errortype", AWS_TYPES[refusal.status]!] : []),
    ...headers,
  ]);
  outgoing.end(text);
}

/** Ways to speak of errors, by the paths where clients of that language come. */
const LANGUAGES: [language: string, path: RegExp][] = [
  ["anthropic", /\/messages$|:(?:raw|streamRaw)Predict$/],
  ["openai", /\/openai\/|\/(?:completions|responses|embeddings)$/],
  ["google", /\/(?:models|tunedModels|endpoints)\/[^/]+:\w+$/],
  ["bedrock", /\/model\/.+\/(?:converse|invoke)[a-z-]*$/],
  ["ollama api", /\/api\/(?:chat|generate|embed|embeddings)$/],
];

/** The language in which a client that calls this path looks for errors: mostly its provider's own. `path` may have a query. */
export function languageOf(provider: string, path: string): string {
  const plain = path.replace(/\?.*$/, "");
  return LANGUAGES.find(([, spoken]) => spoken.test(plain))?.[0] ?? provider;
}

function refusalBody(refusal: Refusal, provider: string | null): { body: unknown; contentType: string } {
  const { status, code, message } = refusal;
  const more = refusal.limit === undefined ? {} : { limit: refusal.limit };
  const contentType = "application/json";
  switch (provider) {
    case null:
      return {
        contentType: "application/problem+json",
        body: {
          type: `https://outlay.dev/errors#${code}`,
          title: STATUS_CODES[status] ?? "Error",
          status,
          detail: message,
          code,
          ...more,
        },
      };
    case "anthropic":
      return {
        contentType,
        body: { type: "error", error: { type: ANTHROPIC_TYPES[status] ?? "api_error", message, code, ...more } },
      };
    case "google":
      return {
        contentType,
        body: {
          error: {
            code: status,
            message,
            status: GOOGLE_STATUSES[status] ?? "INTERNAL",
            details: [{ reason: code, ...more }],
          },
        },
      };
    case "ollama api":
      return { contentType, body: { error: message, code, ...more } };
    case "bedrock":
    case "cohere":
      return { contentType, body: { message, code, ...more } };
    default:
      return {
        contentType,
        body: { error: { message, type: OPENAI_TYPES[status] ?? "api_error", param: null, code, ...more } },
      };
  }
}
