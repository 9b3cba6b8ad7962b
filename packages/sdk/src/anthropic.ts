import { measuredClient, type FetchingClient } from "./measured-client.ts";
import type { FetchOptions } from "./outlay-fetch.ts";

export { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

/**
 * A copy of an Anthropic client that tracks all its calls: messages, streams, tools, beta, errors, retries and aborts.
 * It behaves as the client that was given. Takes `Anthropic`, `AnthropicBedrock`, `AnthropicVertex` and their like.
 *
 * @example
 * const anthropic = withOutlay(new Anthropic(), { outlay, activity: "support.answer" });
 */
export function withOutlay<Client extends FetchingClient>(client: Client, options: FetchOptions): Client {
  return measuredClient(client, options);
}
