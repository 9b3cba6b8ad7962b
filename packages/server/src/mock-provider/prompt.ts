/** What the mock reads of a request, in whatever language it came. */
export interface Prompt {
  provider: string;
  /** With its query. */
  path: string;
  model: string;
  streaming: boolean;
  /** Text of the last message of the user, to answer to. */
  lastText: string;
  /** Tokens of everything that was sent, by a rule of thumb: a quarter of its characters. */
  inputTokens: number;
  maxOutputTokens: number | null;
  tools: { name: string; schema: Json }[];
  /** The request insists on a tool. */
  mustCallTool: boolean;
  /** It does not forbid them, and does not bring the result of one. */
  mayCallTool: boolean;
  /** The client wants usage at the end of its stream. */
  wantsUsage: boolean;
  body: Json;
}

/** An object of a request. */
export type Json = Record<string, unknown>;

export function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

export function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A quarter of the characters, at least one. */
export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

/** All text inside a value, keys left out. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join(" ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(textOf).join(" ");
  return "";
}

/** Reads a request of anybody's language: the fields do not collide. */
export function readPrompt(provider: string, pathAndQuery: string, body: Json): Prompt {
  const path = pathAndQuery.replace(/\?.*$/, "");
  const messages = [...array(body["messages"]), ...array(body["contents"])];
  const input = body["input"] ?? body["prompt"] ?? body["content"] ?? body["requests"];
  const more = [body["texts"], body["query"], body["documents"]];
  const all = textOf([messages, input, body["system"], body["instructions"], body["systemInstruction"], more]);
  const last = object(messages.at(-1) ?? array(input).at(-1));
  const chosen = chosenTool(body);
  const max =
    body["max_completion_tokens"] ??
    body["max_output_tokens"] ??
    body["max_tokens"] ??
    object(body["generationConfig"])["maxOutputTokens"] ??
    object(body["inferenceConfig"])["maxTokens"] ??
    object(body["options"])["num_predict"];
  return {
    provider,
    path: pathAndQuery,
    model: modelOf(path, body),
    streaming:
      body["stream"] === true ||
      body["stream"] === "true" ||
      body["stream_format"] === "sse" ||
      // Ollama's own language streams unless it is told not to.
      (/\/api\/(?:chat|generate)$/.test(path) && body["stream"] !== false) ||
      /:stream|-stream$/.test(path),
    lastText: textOf(last["content"] ?? last["parts"] ?? (typeof input === "string" ? input : last)).slice(0, 200),
    inputTokens: tokensOf(all) + 3 * messages.length + toolTokens(body),
    maxOutputTokens: typeof max === "number" ? max : null,
    tools: readTools(body),
    mayCallTool:
      chosen !== "none" &&
      !/tool_result|toolResult|function_call_output|functionResponse|"role":"tool"/.test(JSON.stringify(last)),
    mustCallTool: ["required", "any", "function", "tool"].includes(chosen),
    wantsUsage: object(body["stream_options"])["include_usage"] === true,
    body,
  };
}

/** Whether tools must, may or must not be called, in the word of whoever was asked. */
function chosenTool(body: Json): string {
  const config = object(body["toolConfig"]);
  const choice = body["tool_choice"] ?? object(config["functionCallingConfig"])["mode"];
  if (typeof choice === "string") return choice.toLowerCase();
  // Bedrock has an object with one key: `{any: {}}`.
  return String(object(choice)["type"] ?? Object.keys(object(config["toolChoice"]))[0] ?? "");
}

/** In the path of Google, Bedrock and Azure, in the body of all others. */
function modelOf(path: string, body: Json): string {
  const inPath =
    /\/models\/([^/:]+):/.exec(path) ?? /\/model\/(.+)\/[a-z-]+$/.exec(path) ?? /\/deployments\/([^/]+)\//.exec(path);
  if (inPath !== null) return decodeURIComponent(inPath[1]!);
  return typeof body["model"] === "string" ? body["model"] : "mock-model";
}

function toolTokens(body: Json): number {
  const tools = body["tools"] ?? object(body["toolConfig"])["tools"];
  return tools === undefined ? 0 : tokensOf(JSON.stringify(tools));
}

function readTools(body: Json): Prompt["tools"] {
  return [...array(body["tools"]), ...array(object(body["toolConfig"])["tools"])]
    .flatMap((tool) => [...array(object(tool)["functionDeclarations"]), tool])
    .map(object)
    .map((tool) => ({ ...tool, ...object(tool["function"] ?? tool["toolSpec"]) }) as Json)
    .filter((tool) => typeof tool["name"] === "string")
    .map((tool) => ({
      name: String(tool["name"]),
      schema: object(
        tool["parameters"] ??
          tool["input_schema"] ??
          tool["parametersJsonSchema"] ??
          object(tool["inputSchema"])["json"],
      ),
    }));
}
