import { measuredClient, type FetchingClient } from "./measured-client.ts";
import type { FetchOptions } from "./outlay-fetch.ts";

export { outlayFetch, type FetchOptions } from "./outlay-fetch.ts";

/**
 * A copy of an OpenAI client that tracks all its calls: chat, responses, embeddings, images, audio; streams, tools, errors,
 * retries and aborts. It behaves as the client that was given. Takes `OpenAI` and `AzureOpenAI`, also at the addresses of
 * others: Groq, DeepSeek, OpenRouter and so on are recognised by theirs; for an address of one's own say the `provider`.
 *
 * @example
 * const openai = withOutlay(new OpenAI(), { outlay, activity: "support.answer" });
 * // for one call
 * openai.chat.completions.create(request, { headers: { "x-outlay-user": "u-1", "x-outlay-tags": "story=st-9" } });
 */
export function withOutlay<Client extends FetchingClient>(client: Client, options: FetchOptions): Client {
  return measuredClient(client, options);
}
