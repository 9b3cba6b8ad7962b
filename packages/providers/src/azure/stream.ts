import type { StreamDialect } from "../openai/stream.ts";

/** Only when asked. The first chunk has no choices either, but results of the content filter instead of usage. */
export const azureStream: StreamDialect = { usage: "asked" };
