import type { StreamDialect } from "../openai/stream.ts";

/** In the last chunk, with the last choice. */
export const deepseekStream: StreamDialect = { usage: "asked" };
