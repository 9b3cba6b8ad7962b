/** What a provider answers when it refuses: each has its own shape. */
export function refusal(provider: string, status: number): string {
  const kind = KINDS[status] ?? KINDS[status >= 500 ? 500 : 400]!;
  if (provider === "anthropic") {
    return JSON.stringify({
      type: "error",
      error: { type: kind.anthropic, message: kind.message },
      request_id: "req_mock",
    });
  }
  if (provider === "google") {
    return JSON.stringify({ error: { code: status, message: kind.message, status: kind.google } });
  }
  if (provider === "bedrock" || provider === "cohere") return JSON.stringify({ message: kind.message });
  if (provider === "ollama") return JSON.stringify({ error: kind.message });
  if (provider === "azure") return JSON.stringify({ error: { code: String(status), message: kind.message } });
  if (provider === "fireworks") {
    return JSON.stringify({
      error: { object: "error", type: kind.openai, code: kind.openaiCode, message: kind.message },
    });
  }
  if (provider === "openrouter") return JSON.stringify({ error: { code: status, message: kind.message } });
  if (provider === "mistral")
    return JSON.stringify({
      object: "error",
      message: kind.message,
      type: status === 429 ? "rate_limited" : kind.openai,
      param: null,
      code: "1300",
    });
  return JSON.stringify({ error: { message: kind.message, type: kind.openai, param: null, code: kind.openaiCode } });
}

/** AWS says in a header what kind of refusal it is. */
export function refusalHeaders(provider: string, status: number): Record<string, string> {
  if (provider !== "bedrock") return {};
  return {
    "x-amzn-errortype": AWS_TYPES[status] ?? (status >= 500 ? "InternalServerException" : "ValidationException"),
  };
}

const AWS_TYPES: Record<number, string> = {
  401: "UnrecognizedClientException",
  403: "AccessDeniedException",
  404: "ResourceNotFoundException",
  429: "ThrottlingException",
  503: "ServiceUnavailableException",
};

interface Kind {
  message: string;
  openai: string;
  openaiCode: string | null;
  anthropic: string;
  google: string;
}

const KINDS: Record<number, Kind> = {
  400: {
    message: "The mock provider was told to find this request invalid.",
    openai: "invalid_request_error",
    openaiCode: "invalid_value",
    anthropic: "invalid_request_error",
    google: "INVALID_ARGUMENT",
  },
  401: {
    message: "The mock provider was told to refuse this key.",
    openai: "invalid_request_error",
    openaiCode: "invalid_api_key",
    anthropic: "authentication_error",
    google: "UNAUTHENTICATED",
  },
  404: {
    message: "The mock provider does not know this address.",
    openai: "invalid_request_error",
    openaiCode: "not_found",
    anthropic: "not_found_error",
    google: "NOT_FOUND",
  },
  429: {
    message: "Rate limit reached, as the mock provider was told to say.",
    openai: "requests",
    openaiCode: "rate_limit_exceeded",
    anthropic: "rate_limit_error",
    google: "RESOURCE_EXHAUSTED",
  },
  500: {
    message: "The mock provider was told to fail.",
    openai: "server_error",
    openaiCode: null,
    anthropic: "api_error",
    google: "INTERNAL",
  },
  503: {
    message: "The mock provider was told to be overloaded.",
    openai: "server_error",
    openaiCode: null,
    anthropic: "overloaded_error",
    google: "UNAVAILABLE",
  },
  529: {
    message: "Overloaded, as the mock provider was told to say.",
    openai: "server_error",
    openaiCode: null,
    anthropic: "overloaded_error",
    google: "UNAVAILABLE",
  },
};
