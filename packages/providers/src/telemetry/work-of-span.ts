import type { Fact, FoundAttributes } from "./found-attributes.ts";
import type { Attributes, TelemetrySpan } from "./telemetry-span.ts";

/** What a span stands for. */
export interface Work {
  kind: "call" | "rollup";
  /** As in events: `chat`, `embedding`, … */
  operation: string;
  /** The word of its dialect: `ai.streamText.doStream`, `LLM`. */
  name: string;
}

/** Which model work a span stands for, by the words of its dialect; null when by none. `found`: its attributes. */
export function workOfSpan(span: TelemetrySpan, found: FoundAttributes): Work | null {
  const aiSdk = found.text("aiSdkOperation");
  if (aiSdk !== null) return workOfAiSdk(aiSdk);
  for (const [fact, words] of DIALECTS) {
    const word = found.text(fact);
    if (word !== null) return workOfWord(word.toLowerCase(), words);
  }
  return isGenAi(span.attributes) ? workOfName(span.name) : null;
}

/** Only the inner spans are calls: `ai.generateText.doGenerate`. The outer ones add up their steps. */
function workOfAiSdk(name: string): Work | null {
  if (name === "ai.toolCall") return null;
  const operation = /embed/i.test(name) ? "embedding" : /rerank/i.test(name) ? "rerank" : "chat";
  return { kind: /\.do[A-Z]\w*$/.test(name) ? "call" : "rollup", operation, name };
}

const OPERATIONS: Record<string, string> = {
  chat: "chat",
  generate_content: "chat",
  text_completion: "text_completion",
  completion: "text_completion",
  embeddings: "embedding",
  embedding: "embedding",
  rerank: "rerank",
  reranker: "rerank",
  generation: "chat",
  llm: "chat",
  image_generation: "image",
  generate_image: "image",
  speech: "audio",
  transcription: "audio",
};

/**
 * Where each dialect says what a span is, and which of its words are calls. Other words are roll-ups: agents,
 * workflows, chains and tools, which count nothing of their own but may restate what others used.
 */
const DIALECTS: [fact: Fact, calls: "all" | Set<string>][] = [
  ["operation", "all"],
  ["openInferenceKind", new Set(["llm", "embedding", "reranker"])],
  ["langfuseType", new Set(["generation", "embedding"])],
  ["requestType", "all"],
  ["langsmithKind", new Set(["llm", "embedding"])],
  ["traceloopKind", new Set()],
];

/** Operations that are no inference, in the conventions and as the AI SDK and others go on from them. */
const NO_INFERENCE = /agent|workflow|step|task|tool|chain|memory|^(retrieval|plan|fetch_response|unknown)$/;

function workOfWord(word: string, calls: "all" | Set<string>): Work {
  const isCall = calls === "all" ? !NO_INFERENCE.test(word) : calls.has(word);
  return { kind: isCall ? "call" : "rollup", operation: OPERATIONS[word] ?? (isCall ? word : "chat"), name: word };
}

/** No dialect's word, but something of a model: named as a step of an agent it adds up, else it is a call. */
function workOfName(name: string): Work {
  const isRollup = /^(step\b|invoke_agent|invoke_workflow|agent\b|workflow\b|execute_tool|chain\b)/i.test(name);
  return { kind: isRollup ? "rollup" : "call", operation: /embed/i.test(name) ? "embedding" : "chat", name };
}

function isGenAi(attributes: Attributes): boolean {
  return Object.keys(attributes).some((name) => /^(gen_ai|llm|ai\.(model|usage|response))\./.test(name));
}
