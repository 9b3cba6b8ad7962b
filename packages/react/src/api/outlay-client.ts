import type { OutlayEvent, SessionDetail, SessionsPage } from "./answers.ts";
import { EventStore } from "./event-store.ts";
import { LiveStream } from "./live-stream.ts";
import { OutlayProblem } from "./outlay-problem.ts";

export interface OutlayClientOptions {
  /** Where Outlay answers, for example `https://outlay.example.com`; empty: the page's own origin. */
  url: string;
  /** An Outlay key with the scope `read`. Whoever can open the page can read it. */
  apiKey?: string | undefined;
  /** In place of the global `fetch`, for example to add a session's credentials. */
  fetch?: typeof fetch | undefined;
}

export type SessionOrder = "recent" | "cost" | "tokens" | "calls";

/** Which sessions; what is absent does not narrow. */
export interface SessionsQuestion {
  order?: SessionOrder | undefined;
  /** Local date `2026-11-22`, or an instant; included. */
  from?: string | undefined;
  /** The same; excluded. */
  to?: string | undefined;
  minCostUsd?: number | undefined;
  maxCostUsd?: number | undefined;
  /** IANA zone of the dates; absent: the server's own. */
  tz?: string | undefined;
  model?: string | undefined;
  user?: string | undefined;
  agent?: string | undefined;
  project?: string | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Asks one Outlay server. Everything on a page that has the same client shares its live connection and what it has fetched. */
export class OutlayClient {
  readonly url: string;
  /** Calls by id, fetched once. */
  readonly events: EventStore;
  /** The server's stream; open while somebody listens. */
  readonly live: LiveStream;
  readonly #key: string | undefined;
  readonly #fetch: typeof fetch;

  constructor({ url, apiKey, fetch: ownFetch }: OutlayClientOptions) {
    this.url = url.replace(/\/+$/, "");
    this.#key = apiKey;
    // Called without `this`, as browsers want it.
    this.#fetch = ownFetch ?? ((input, init) => fetch(input, init));
    this.live = new LiveStream((path, init) => this.request(path, init));
    this.events = new EventStore((id) => this.event(id), this.live);
  }

  /** One call with its cost lines. Rejects with OutlayProblem; `event_not_found` while it has not been recorded. */
  event(id: string, signal?: AbortSignal): Promise<OutlayEvent> {
    return this.#json<OutlayEvent>(`/api/v1/events/${encodeURIComponent(id)}`, signal);
  }

  sessions(question: SessionsQuestion, signal?: AbortSignal): Promise<SessionsPage> {
    const { minCostUsd, maxCostUsd, ...rest } = question;
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...rest, minCost: minCostUsd, maxCost: maxCostUsd })) {
      if (value !== undefined && value !== "") params.set(name, String(value));
    }
    return this.#json<SessionsPage>(`/api/v1/sessions?${params}`, signal);
  }

  /** One session with its newest calls. Rejects with OutlayProblem `session_not_found` while it has none. */
  session(id: string, signal?: AbortSignal): Promise<SessionDetail> {
    return this.#json<SessionDetail>(`/api/v1/sessions/${encodeURIComponent(id)}`, signal);
  }

  /** A request with the key. Rejects with OutlayProblem `unreachable` when nobody answers; an abort stays an abort. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#key !== undefined) headers.set("authorization", `Bearer ${this.#key}`);
    try {
      return await this.#fetch(this.url + path, { ...init, headers });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new OutlayProblem(0, "unreachable", "The Outlay server does not answer.", { cause });
    }
  }

  async #json<T>(path: string, signal?: AbortSignal): Promise<T> {
    const init: RequestInit = { headers: { accept: "application/json" } };
    if (signal !== undefined) init.signal = signal;
    const response = await this.request(path, init);
    const body: unknown = await response.json().catch(() => null);
    if (response.ok && body !== null) return body as T;
    throw OutlayProblem.of(response.status, body);
  }
}
