import { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

export { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

/** The part of `@google/genai`'s `GoogleGenAI` that is watched; it is not among its declared fields. */
interface ApiClient {
  apiCall(url: string, init: RequestInit, ...more: unknown[]): Promise<Response>;
  getFetch?(): typeof fetch | undefined;
}

/** Where the client takes a `fetch` of one's own: as the last of these arguments. */
const ARGUMENTS_WITH_FETCH = 6;

/** Clients that are watched already, and what for. */
const watched = new WeakMap<ApiClient, { options: FetchOptions }>();

/**
 * Tracks all calls of a `GoogleGenAI` client: `models`, `chats`, embeddings, images and interactions; streams, tools,
 * errors and aborts. Gives back the same client, which is watched from then on; called again, only the options change.
 *
 * @example
 * const ai = withOutlay(new GoogleGenAI({ apiKey }), { outlay, activity: "support.answer" });
 */
export function withOutlay<Client extends object>(client: Client, options: FetchOptions): Client {
  const api = (client as { apiClient?: ApiClient }).apiClient;
  if (typeof api?.apiCall !== "function") {
    throw new TypeError("client is no GoogleGenAI of @google/genai; expected one with models and chats");
  }
  const known = watched.get(api);
  if (known !== undefined) {
    known.options = options;
    return client;
  }
  const current = { options };
  watched.set(api, current);
  watch(api, current);
  return client;
}

function watch(api: ApiClient, current: { options: FetchOptions }): void {
  const { apiCall, getFetch } = api;
  // Kept, so that it knows the attempts of a call.
  let last: { options: FetchOptions; send: typeof fetch | undefined; fetch: typeof fetch } | null = null;
  const measured = (send: typeof fetch | undefined) => {
    if (last?.options !== current.options || last.send !== send) {
      last = { options: current.options, send, fetch: outlayFetch(send, current.options) };
    }
    return last.fetch;
  };
  if (getFetch !== undefined) api.getFetch = () => measured(getFetch.call(api));
  api.apiCall = (url, init, ...more) => {
    if (apiCall.length >= ARGUMENTS_WITH_FETCH) {
      const own = more[ARGUMENTS_WITH_FETCH - 3] as typeof fetch | undefined;
      more[ARGUMENTS_WITH_FETCH - 3] = measured(own);
      return apiCall.call(api, url, init, ...more);
    }
    // Before version 3 it took none: there the call itself is what a fetch is.
    const method = typeof more[0] === "string" ? more[0] : (init.method ?? "POST");
    const send: typeof fetch = (_input, changed) => apiCall.call(api, url, { ...init, ...changed }, ...more);
    return outlayFetch(send, current.options)(url, { ...init, method });
  };
}
