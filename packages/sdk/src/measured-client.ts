import { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

/** What the packages of OpenAI, Anthropic and those made like them have in common. */
export interface FetchingClient {
  withOptions(options: { fetch?: typeof fetch }): FetchingClient;
}

/** A copy of a client that sends through a watched `fetch`; the client that was given stays as it was. */
export function measuredClient<Client extends FetchingClient>(client: Client, options: FetchOptions): Client {
  const { fetch: own } = client as { fetch?: unknown };
  const realFetch = typeof own === "function" ? (own as typeof fetch) : undefined;
  return client.withOptions({ fetch: outlayFetch(realFetch, options) }) as Client;
}
