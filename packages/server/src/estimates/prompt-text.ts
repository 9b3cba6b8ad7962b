import { MAX_SAMPLE_CHARACTERS, type TextSample } from "./text-sample.ts";

/** Where the text of a request stands, in the order in which models read it, in every dialect that we know. */
const PROMPT_FIELDS = [
  "system",
  "system_instruction",
  "systemInstruction",
  "instructions",
  "preamble",
  "tools",
  "functions",
  "toolConfig",
  "chat_history",
  "documents",
  "messages",
  "contents",
  "content",
  "requests",
  "instances",
  "input",
  "inputs",
  "inputText",
  "prompt",
  "suffix",
  "message",
  "texts",
  "query",
] as const;
/** Lists whose entries are messages. */
const MESSAGE_LISTS = new Set(["messages", "contents", "input", "chat_history"]);
const TOOL_LISTS = new Set(["tools", "functions", "toolConfig"]);
/** Arguments and results of tools: written out for the model as JSON. */
const WRITTEN_OUT = new Set(["args", "arguments", "parameters", "response", "json"]);
/** What definitions of tools are built from; models see names, descriptions and types, in some shorter form. */
const SCHEMA_WORDS = new Set([
  "function",
  "functions",
  "functionDeclarations",
  "function_declarations",
  "tools",
  "toolSpec",
  "name",
  "description",
  "parameters",
  "parameter_definitions",
  "input_schema",
  "inputSchema",
  "json",
  "type",
  "properties",
  "items",
  "enum",
  "anyOf",
  "oneOf",
]);
const SCHEMA_NOISE = new Set(["required", "additionalProperties", "$schema", "strict", "cache_control", "cachePoint"]);
const SCHEMA_TYPES = new Set(["object", "function", "array", "OBJECT", "ARRAY"]);
/** Marks, ids and bytes: no model reads them as text. */
const NO_TEXT = new Set([
  "type",
  "role",
  "id",
  "tool_call_id",
  "tool_use_id",
  "toolUseId",
  "call_id",
  "item_id",
  "cache_control",
  "cachePoint",
  "providerOptions",
  "media_type",
  "mime_type",
  "mimeType",
  "status",
  "detail",
  "phase",
  "signature",
  "thoughtSignature",
  "thought_signature",
  "encrypted_content",
  "redactedContent",
  "annotations",
  "logprobs",
]);
/** Names of fields that hold pictures, sounds, films or files. */
const MEDIA_FIELDS = new Set([
  "image",
  "images",
  "image_url",
  "input_audio",
  "audio",
  "video",
  "file",
  "inlineData",
  "inline_data",
  "fileData",
  "file_data",
]);
const MEDIA_TYPES = /^(input_)?(image|image_url|audio|video|video_url|file|document|document_url)$/;
/** Parts of a body that are looked at: more than anybody writes. */
const MAX_PARTS = 50_000;

/**
 * The text of a request's body, of any provider: system, messages, tools, input, contents. Pictures and sounds are counted
 * as `uncountable`. `body` is parsed JSON; what is none has no text. Never throws, and takes a bounded time.
 */
export function promptText(body: unknown): TextSample {
  const text = new TextGatherer();
  const fields = isObject(body) ? body : {};
  let messages = 0;
  let tools = 0;
  for (const name of PROMPT_FIELDS) {
    const value = fields[name];
    if (value === undefined || value === null) continue;
    if (MESSAGE_LISTS.has(name) && Array.isArray(value) && isObject(value[0])) messages += value.length;
    if (TOOL_LISTS.has(name)) tools += Array.isArray(value) ? value.length : 1;
    text.take(name, value);
  }
  return { ...text.sample(), ...(messages > 0 ? { messages } : {}), ...(tools > 0 ? { tools } : {}) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Something inside the body. */
interface Part {
  value: unknown;
  /** Text in a message; JSON that is written out for the model; the definition of a tool; or a piece of such, as it stands. */
  reading: "text" | "json" | "definition" | "piece";
}

/** Adds up text, and keeps its beginning. */
class TextGatherer {
  #characters = 0;
  #sample = "";
  #uncountable = 0;
  #parts = 0;

  /** Walks through a field in order. Without recursion: a body may be nested as deeply as it likes. */
  take(name: string, value: unknown): void {
    const open: Iterator<Part>[] = [[partOf(name, value)].values()];
    for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
      const { done, value: part } = inner.next();
      if (done === true) {
        open.pop();
        continue;
      }
      this.#parts += 1;
      if (this.#parts > MAX_PARTS) {
        this.#uncountable += 1;
        return;
      }
      const inside = this.#look(part);
      if (inside !== null) open.push(inside);
    }
  }

  sample(): TextSample {
    return {
      characters: this.#characters,
      sample: this.#sample,
      ...(this.#uncountable > 0 ? { uncountable: this.#uncountable } : {}),
    };
  }

  /** Takes what is text here; gives what is further inside. */
  #look({ value, reading }: Part): Iterator<Part> | null {
    if (typeof value === "string") this.#addText(value, reading);
    else if (Array.isArray(value)) return this.#lookAtList(value, reading);
    else if (isObject(value)) return this.#lookAtObject(value, reading);
    else if (reading === "json") this.#add(String(value));
    return null;
  }

  #lookAtList(list: unknown[], reading: Part["reading"]): Iterator<Part> | null {
    if (reading === "json") return jsonListParts(list);
    if (reading === "definition" || typeof list[0] !== "number") return partsOfList(list, reading);
    // a prompt that was sent as the numbers of its tokens
    this.#uncountable += 1;
    return null;
  }

  #lookAtObject(object: Record<string, unknown>, reading: Part["reading"]): Iterator<Part> | null {
    if (reading === "json") return jsonParts(object);
    if (reading === "definition") return definitionParts(object);
    if (!isMedia(object)) return partsOf(object);
    this.#uncountable += 1;
    return null;
  }

  /** One text ends where the next begins: words do not grow together. */
  #addText(text: string, reading: Part["reading"]): void {
    if (reading === "json") this.#add(`"${text}"`);
    else if (reading === "piece" || this.#characters === 0) this.#add(text);
    else if (text !== "") this.#add(`\n${text}`);
  }

  #add(text: string): void {
    this.#characters += text.length;
    const room = MAX_SAMPLE_CHARACTERS - this.#sample.length;
    if (room > 0) this.#sample += text.length <= room ? text : text.slice(0, room);
  }
}

/** Text that somebody attached as a document is text nevertheless. */
function isMedia(object: Record<string, unknown>): boolean {
  const { type, source } = object;
  if (typeof type === "string" && MEDIA_TYPES.test(type)) {
    return !(isObject(source) && (source["type"] === "text" || source["type"] === "content"));
  }
  for (const name of MEDIA_FIELDS) if (isObject(object[name]) || typeof object[name] === "string") return true;
  return false;
}

function* partsOf(object: Record<string, unknown>): Generator<Part> {
  const isToolUse = object["type"] === "tool_use" || object["type"] === "server_tool_use" || "toolUseId" in object;
  for (const name of Object.keys(object)) {
    if (NO_TEXT.has(name)) continue;
    yield partOf(isToolUse && name === "input" ? "arguments" : name, object[name]);
  }
}

function* partsOfList(list: unknown[], reading: Part["reading"]): Generator<Part> {
  for (const value of list) yield { value, reading };
}

function* definitionParts(object: Record<string, unknown>): Generator<Part> {
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (SCHEMA_NOISE.has(name) || (name === "type" && SCHEMA_TYPES.has(value as string))) continue;
    if (!SCHEMA_WORDS.has(name) || (name !== "type" && isProperty(value))) yield { value: name, reading: "definition" };
    yield { value, reading: "definition" };
  }
}

/** A field that is called as a schema's own words are: `name: { type: "string" }`. */
function isProperty(value: unknown): boolean {
  return isObject(value) && typeof value["type"] === "string" && !SCHEMA_TYPES.has(value["type"]);
}

function* jsonParts(object: Record<string, unknown>): Generator<Part> {
  let mark = "{";
  for (const name of Object.keys(object)) {
    yield { value: `${mark}"${name}":`, reading: "piece" };
    yield { value: object[name], reading: "json" };
    mark = ",";
  }
  yield { value: mark === "{" ? "{}" : "}", reading: "piece" };
}

function* jsonListParts(list: unknown[]): Generator<Part> {
  let mark = "[";
  for (const value of list) {
    yield { value: mark, reading: "piece" };
    yield { value, reading: "json" };
    mark = ",";
  }
  yield { value: mark === "[" ? "[]" : "]", reading: "piece" };
}

/** Arguments that are text already have been written out by the model itself. */
function partOf(name: string, value: unknown): Part {
  if (typeof value !== "object" || value === null) return { value, reading: "text" };
  if (TOOL_LISTS.has(name)) return { value, reading: "definition" };
  return { value, reading: WRITTEN_OUT.has(name) ? "json" : "text" };
}
