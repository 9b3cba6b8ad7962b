import type { StreamDialect } from "../openai/stream.ts";

/** With the last chunk, asked or not; asking makes sure of it. */
export const togetherStream: StreamDialect = { usage: "asked" };
