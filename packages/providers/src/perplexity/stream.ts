import type { StreamDialect } from "../openai/stream.ts";

/** Each chunk has usage, and it grows: the last counts. */
export const perplexityStream: StreamDialect = { usage: "always" };
