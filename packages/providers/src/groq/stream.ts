import type { StreamDialect } from "../openai/stream.ts";

/** The last chunk has `x_groq.usage`; with `include_usage` the same numbers come once more as `usage`. */
export const groqStream: StreamDialect = { usage: "always", usageAt: ["x_groq", "usage"] };
