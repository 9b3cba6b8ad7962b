/*
 * Most of what a span carries nobody reads here: prompts, answers, HTTP headers. It is passed over while it is
 * decoded, which also keeps it out of memory.
 */

/** Families of names that can say something about a call, its cost, or whose it is. */
const FAMILIES =
  /^(gen_ai|llm|ai|openinference|embedding|reranker|traceloop|langsmith|langfuse|outlay|openai|copilot_chat|github\.copilot|session|user|enduser|conversation|thread|agent|team|project|customer|tenant|tag|deployment|service|error|exception|message|event|operation|prompt|organization|department|cost_center)([._]|$)/;

/** Of those families: what people and models wrote, by any dialect. */
const CONTENT =
  /^gen_ai\.(input\.messages|output\.messages|system_instructions|tool\.definitions|tool\.call\.(arguments|result)|prompt\b|completion\b|content\b|(system|user|assistant|tool|choice)\.message|request\.(?!(model|service_tier|stream)$))|^(gen_ai|llm)\.(prompts?|completions?)\.\d|^llm\.(input_messages|output_messages|prompts?|invocation_parameters|tools|functions?|prompt_template)\b|^ai\.(prompt|response\.(text|object|toolCalls|reasoning|files)|settings|toolCall|values?|embeddings?|stream\.(?!msToFirstChunk$))|^traceloop\.entity\.(input|output)|^langfuse\.(observation\.(input|output|prompt)|trace\.(input|output))|^embedding\.(text|vector|embeddings)|^(exception|error)\.(stack|stacktrace)|^prompt$|^user\.(input|prompt|message)/;

/** Names of tools without a family. */
const SINGLE = new Set([
  "model",
  "slug",
  "speed",
  "effort",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_creation_tokens",
  "cache_write_tokens",
  "input_token_count",
  "output_token_count",
  "cached_token_count",
  "cached_content_token_count",
  "reasoning_token_count",
  "thoughts_token_count",
  "tool_token_count",
  "total_token_count",
  "cost_usd",
  "cost_usd_micros",
  "duration_ms",
  "ttft_ms",
  "status_code",
  "http.response.status_code",
  "attempt",
  "success",
  "request_id",
  "client_request_id",
  "prompt_id",
  "query_source",
  "role",
  "auth_type",
  "auth_mode",
  "error_message",
  "error_type",
  "type",
  "token_type",
  "server.address",
  "net.peer.name",
  "metadata",
  "app.version",
  "agent_id",
]);

/** Whether anything reads the attribute of this name on a span, a log record or a point of a metric. */
export function isWanted(name: string): boolean {
  return SINGLE.has(name) || (FAMILIES.test(name) && !CONTENT.test(name));
}
