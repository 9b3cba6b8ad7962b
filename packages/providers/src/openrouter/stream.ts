import type { StreamDialect } from "../openai/stream.ts";

/** Usage in the last chunk, asked or not. */
export const openrouterStream: StreamDialect = { usage: "always" };
