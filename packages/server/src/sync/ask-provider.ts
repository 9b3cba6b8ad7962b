import { ProviderFailed } from "@outlay/core";
import type { z } from "zod";

/** Asks the provider once more or gives up: see `askProvider`. */
export type Ask = <T>(request: ProviderRequest, schema: z.ZodType<T>) => Promise<T>;

export interface ProviderRequest {
  method?: "GET" | "POST";
  /** Under the provider's address, with a slash in front. */
  path: string;
  query?: readonly (readonly [string, string | number])[];
  headers: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

/** A provider that does not give what it was asked for. */
export class SyncFailed extends ProviderFailed {
  /** HTTP status; null: there was no answer. */
  readonly status: number | null;
  /** It wants to be left alone until then, in milliseconds since 1970. */
  readonly retryAtMs: number | null;

  constructor({ code, message, retryable, status = null, retryAtMs = null }: FailureFacts) {
    super(code, message, { retryable });
    this.status = status;
    this.retryAtMs = retryAtMs;
  }
}

interface FailureFacts {
  code: string;
  message: string;
  retryable: boolean;
  status?: number | null;
  retryAtMs?: number | null;
}

export interface AskOptions {
  /** For people: `OpenAI`. */
  title: string;
  baseUrl: string;
  /** Taken out of everything that is said. */
  secret: string;
  paceMs: number;
  now: () => number;
  /** Resolves after so long, or rejects when the run is stopped. */
  sleep: (ms: number) => Promise<void>;
  /** Stops what runs. */
  stop: AbortSignal;
  timeoutMs?: number;
  /** Hears of every request that is made. */
  onRequest?: () => void;
}

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1_048_576;
const MAX_ATTEMPTS = 6;
const FIRST_DELAY_MS = 1_000;
/** Longer waits end the run; the next one comes after them. */
const MAX_WAIT_MS = 90_000;
const MAX_SAID = 300;

/**
 * Makes the requests of one run, one after the other, not faster than the provider likes. What is worth another try (429,
 * 5xx, a broken connection, a time-out) is tried again with growing pauses, at least as long as `Retry-After` says. Throws
 * SyncFailed `sync_key_refused` (401), `sync_not_allowed` (403), `sync_not_there` (404, 410), `sync_rate_limited`,
 * `sync_provider_down`, `sync_refused`, `sync_answer_unreadable`.
 */
export function askProvider(options: AskOptions): Ask {
  let nextMs = 0;
  const pace = async () => {
    const waitMs = nextMs - options.now();
    if (waitMs > 0) await options.sleep(waitMs);
    nextMs = options.now() + options.paceMs;
  };
  return async (request, schema) => {
    for (let attempt = 1; ; attempt += 1) {
      await pace();
      options.stop.throwIfAborted();
      try {
        options.onRequest?.();
        return parseAnswer(await fetchText(request, options), schema, request.path, options);
      } catch (error) {
        options.stop.throwIfAborted();
        if (!(error instanceof SyncFailed) || !error.retryable || attempt === MAX_ATTEMPTS) throw error;
        const waitMs = Math.max(
          FIRST_DELAY_MS * 2 ** (attempt - 1),
          error.retryAtMs === null ? 0 : error.retryAtMs - options.now(),
        );
        if (waitMs > MAX_WAIT_MS) throw error;
        await options.sleep(waitMs);
      }
    }
  };
}

async function fetchText(request: ProviderRequest, options: AskOptions): Promise<string> {
  const { title, baseUrl, stop, timeoutMs = TIMEOUT_MS } = options;
  const { method = "GET", path, query = [], headers, body } = request;
  const url = new URL(baseUrl.replace(/\/$/, "") + path);
  for (const [name, value] of query) url.searchParams.append(name, String(value));
  const signal = AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)]);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      signal,
      // a key goes nowhere but where it was meant to go
      redirect: "manual",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await readText(response, title, path);
  } catch (error) {
    if (error instanceof SyncFailed) throw error;
    throw new SyncFailed({
      code: "sync_provider_down",
      message: clean(`${title} cannot be reached at ${url.host}: ${reasonOf(error)}`, options),
      retryable: true,
    });
  }
  if (!response.ok) throw failureOf(response, text, path, options);
  return text;
}

/** All of it, as long as it is not more than anybody should have to hold. */
async function readText(response: Response, title: string, path: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) {
      throw new SyncFailed({
        code: "sync_answer_unreadable",
        message: `${title} answered ${path} with more than ${MAX_BYTES / 1_048_576} MiB`,
        retryable: false,
        status: response.status,
      });
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function failureOf(response: Response, text: string, path: string, options: AskOptions): SyncFailed {
  const { title, now } = options;
  const { status, headers } = response;
  const said = saidIn(text);
  const message = clean(`${title} answered ${path} with ${status}${said === "" ? "" : `: ${said}`}`, options);
  const retryAtMs = retryAt(headers, now());
  const isUsedUp = status === 403 && (headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after"));
  if (status === 429 || isUsedUp) {
    return new SyncFailed({ code: "sync_rate_limited", message, retryable: true, status, retryAtMs });
  }
  if (status >= 500 || status === 408) {
    return new SyncFailed({ code: "sync_provider_down", message, retryable: true, status, retryAtMs });
  }
  if (status === 401) return new SyncFailed({ code: "sync_key_refused", message, retryable: false, status });
  if (status === 403) return new SyncFailed({ code: "sync_not_allowed", message, retryable: false, status });
  if (status === 404 || status === 410) {
    return new SyncFailed({ code: "sync_not_there", message, retryable: false, status });
  }
  return new SyncFailed({ code: "sync_refused", message, retryable: false, status });
}

/** Seconds or a date, or GitHub's second of the reset. */
function retryAt(headers: Headers, nowMs: number): number | null {
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null) {
    const atMs = /^\d+$/.test(retryAfter) ? nowMs + Number(retryAfter) * 1_000 : Date.parse(retryAfter);
    return Number.isNaN(atMs) ? null : atMs;
  }
  const reset = headers.get("x-ratelimit-reset");
  return headers.get("x-ratelimit-remaining") === "0" && reset !== null && /^\d{9,11}$/.test(reset)
    ? Number(reset) * 1_000
    : null;
}

function parseAnswer<T>(text: string, schema: z.ZodType<T>, path: string, options: AskOptions): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // a page that broke off is worth another try
    throw unreadable(`${options.title} answered ${path} with what is no JSON`, true);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw unreadable(
    `${options.title} answered ${path} in an unknown form: ${issue.path.join(".")}: ${issue.message}`,
    false,
  );
}

function unreadable(message: string, retryable: boolean): SyncFailed {
  return new SyncFailed({ code: "sync_answer_unreadable", message, retryable, status: 200 });
}

/** The sentence in an error's body, wherever this provider puts it. */
function saidIn(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    const inner = typeof error === "object" && error !== null ? (error as { message?: unknown }).message : error;
    const said = inner ?? message;
    return typeof said === "string" ? said : "";
  } catch {
    return "";
  }
}

/** One line, without the key, which some providers repeat. */
function clean(text: string, { secret }: AskOptions): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cs}]+/gu, " ");
  return (secret === "" ? line : line.replaceAll(secret, "…")).slice(0, MAX_SAID);
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "it took too long";
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
