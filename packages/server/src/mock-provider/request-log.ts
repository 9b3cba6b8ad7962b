import type { Reply } from "./reply.ts";

/** One request that the mock provider received, for tests and for the curious. */
export interface LoggedRequest {
  number: number;
  method: string;
  /** With its query. */
  path: string;
  provider: string;
  /** Keys and cookies are left out. */
  headers: Record<string, string>;
  /** Its first characters. */
  body: string;
  /** Of the answer; null as long as there is none. */
  status: number | null;
  streaming: boolean;
  /** What the answer said was used; null when it said nothing. */
  served: Reply["served"];
  units: NonNullable<Reply["units"]> | null;
  reportedCostUsd: number | null;
  /** Pieces of the answer that were sent. */
  pieces: number;
  /** How it ended; `aborted` by the client, `reset` and `closed` by us, as we were told. */
  end: "running" | "sent" | "aborted" | "reset" | "closed" | "refused";
}

const MAX_REQUESTS = 500;
const MAX_BODY_CHARACTERS = 16_384;
const SECRETS = /^(authorization|proxy-authorization|cookie|x-api-key|api-key|x-goog-api-key)$/;

/** The last requests, oldest first. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #count = 0;

  add(request: {
    method: string;
    path: string;
    provider: string;
    headers: NodeJS.Dict<string | string[]>;
    body: string;
  }): LoggedRequest {
    this.#count += 1;
    const entry: LoggedRequest = {
      number: this.#count,
      method: request.method,
      path: request.path.replace(/([?&]key=)[^&]+/, "$1…"),
      provider: request.provider,
      headers: shownHeaders(request.headers),
      body: request.body.slice(0, MAX_BODY_CHARACTERS),
      status: null,
      streaming: false,
      served: null,
      units: null,
      reportedCostUsd: null,
      pieces: 0,
      end: "running",
    };
    this.#requests.push(entry);
    if (this.#requests.length > 2 * MAX_REQUESTS) this.#requests = this.#requests.slice(-MAX_REQUESTS);
    return entry;
  }

  /** At most `MAX_REQUESTS` of them; `count` is of all. */
  list(): { count: number; requests: LoggedRequest[] } {
    return { count: this.#count, requests: this.#requests.slice(-MAX_REQUESTS) };
  }

  /** One of the last, by its number; null when it is forgotten or never came. */
  find(number: number): LoggedRequest | null {
    return this.#requests.find((it) => it.number === number) ?? null;
  }

  clear(): void {
    this.#requests = [];
    this.#count = 0;
  }
}

function shownHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SECRETS.test(name) ? "…" : String(value)]),
  );
}
