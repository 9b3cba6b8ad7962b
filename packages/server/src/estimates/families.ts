import type { ContentClass } from "./content-class.ts";

/** Models that share a tokenizer, as far as is known. */
export interface Family {
  name: string;
  /**
   * Tokens of this family for each o200k token. Measured on texts of known provenance with each family's own tokenizer;
   * english is prose, docs documentation, code the mean of TypeScript and Python, cjk of Chinese prose and documentation,
   * other of ten languages.
   */
  factors: Record<ContentClass, number>;
  /** What nine in ten calls stay within, in percent either way, before anything was learned. */
  errorPercent: Record<ContentClass, number>;
  /** Tokens around each message, around the whole call, and what is said to the model when it has tools, and around each. */
  perMessage: number;
  perCall: number;
  withTools: number;
  perTool: number;
}

/** What stands around messages, as OpenAI's cookbook counts it for its chat format; near enough for others with such a format. */
const CHAT_FORMAT = { perMessage: 4, perCall: 3, withTools: 12, perTool: 7 };
/** What Anthropic's tables of tool use say of its models since Claude 4, when they may choose a tool. */
const CLAUDE_TOOLS = 346;
const EXACT = { english: 1, docs: 1, code: 1, json: 1, cjk: 1, other: 1 };

const OPENAI: Family = {
  name: "OpenAI o200k",
  factors: EXACT,
  // the text itself is exact; the rest is what stands around messages and tools
  errorPercent: { english: 3, docs: 3, code: 3, json: 3, cjk: 3, other: 3 },
  ...CHAT_FORMAT,
};

/** gpt-4, gpt-3.5 and embeddings, by their vocabulary cl100k: nearly the same for English and code, larger elsewhere. */
const OPENAI_CL100K: Family = {
  name: "OpenAI cl100k",
  factors: { ...EXACT, cjk: 1.35, other: 1.4 },
  errorPercent: { english: 5, docs: 5, code: 6, json: 6, cjk: 25, other: 35 },
  ...CHAT_FORMAT,
};

/** Recorded counts against one factor of 1.20: median 4.5 %, nine in ten within 11.8 %. */
const CLAUDE: Family = {
  name: "Claude up to 4.6",
  factors: { english: 1.06, docs: 1.18, code: 1.285, json: 1.28, cjk: 1.31, other: 1.6 },
  errorPercent: { english: 12, docs: 12, code: 12, json: 12, cjk: 15, other: 25 },
  // recorded: 7 around a single message up to 4.6, 11 in 4.7, 6 since 5
  perMessage: 4,
  perCall: 3,
  withTools: CLAUDE_TOOLS,
  perTool: 7,
};

/** Recorded counts against one factor of 1.50: median 8.6 %, nine in ten within 19.8 %. */
const CLAUDE_4_7: Family = {
  name: "Claude since 4.7",
  factors: { english: 1.48, docs: 1.54, code: 1.715, json: 1.51, cjk: 1.41, other: 1.82 },
  errorPercent: { english: 20, docs: 20, code: 20, json: 20, cjk: 20, other: 30 },
  perMessage: 4,
  perCall: 3,
  withTools: CLAUDE_TOOLS,
  perTool: 7,
};

/** By the tokenizer of Gemma, which Gemini is taken to share. */
const GEMINI: Family = {
  name: "Gemini",
  factors: { english: 1.01, docs: 1.1, code: 1.185, json: 1.34, cjk: 0.985, other: 1.01 },
  errorPercent: { english: 10, docs: 10, code: 15, json: 15, cjk: 20, other: 20 },
  perMessage: 0,
  perCall: 1,
  withTools: 0,
  perTool: 7,
};

const LLAMA_3: Family = {
  name: "Llama 3",
  factors: { english: 1, docs: 0.99, code: 0.99, json: 1, cjk: 1.02, other: 1.19 },
  errorPercent: { english: 5, docs: 5, code: 5, json: 5, cjk: 10, other: 25 },
  ...CHAT_FORMAT,
};

const QWEN: Family = {
  name: "Qwen",
  factors: { english: 1, docs: 1, code: 1, json: 1.08, cjk: 0.905, other: 1.37 },
  errorPercent: { english: 5, docs: 5, code: 5, json: 8, cjk: 20, other: 25 },
  ...CHAT_FORMAT,
};

/** Nothing was measured: near the middle of those that were, with a band that holds nearly all of them. */
const UNKNOWN: Family = {
  name: "unknown",
  factors: { english: 1.03, docs: 1.05, code: 1.1, json: 1.15, cjk: 1.05, other: 1.25 },
  errorPercent: { english: 25, docs: 25, code: 30, json: 25, cjk: 35, other: 40 },
  ...CHAT_FORMAT,
};

/** By the model's name first: who serves a model does not change its tokenizer. */
const BY_MODEL: readonly (readonly [pattern: RegExp, family: Family | ((model: string) => Family)])[] = [
  [/claude/, claudeOf],
  [/gpt-oss|gpt-?4o|gpt-?4\.[15]|gpt-?[5-9]|chatgpt|codex|computer-use|(^|[/.:])o[1-9]\d?(-|$)/, OPENAI],
  [/gpt-?(3\.5|35|4)|text-embedding-(3|ada)/, OPENAI_CL100K],
  [/gemini|gemma|learnlm/, GEMINI],
  [/llama-?(3|4)/, LLAMA_3],
  [/qwen|qwq|qvq/, QWEN],
];
const BY_PROVIDER: Record<string, Family> = { openai: OPENAI, azure: OPENAI, anthropic: CLAUDE_4_7, google: GEMINI };

/** Whose tokenizer a model has. Always answers: what nobody knows gets a wide band. */
export function familyOf(provider: string, model: string): Family {
  const name = model.toLowerCase();
  for (const [pattern, family] of BY_MODEL) {
    if (pattern.test(name)) return typeof family === "function" ? family(name) : family;
  }
  return BY_PROVIDER[provider.toLowerCase()] ?? UNKNOWN;
}

/** `claude-3-5-haiku-…`, `claude-sonnet-4-5@…`, `anthropic.claude-opus-4-7-v1:0`, `claude-opus-4.7`; no number: the newest. */
function claudeOf(model: string): Family {
  const version = /claude-(?:[a-z]+-)*(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?/.exec(model);
  if (version === null) return /claude-(instant|v)/.test(model) ? CLAUDE : CLAUDE_4_7;
  const [major, minor] = [Number(version[1]), Number(version[2] ?? 0)];
  return major > 4 || (major === 4 && minor >= 7) ? CLAUDE_4_7 : CLAUDE;
}
