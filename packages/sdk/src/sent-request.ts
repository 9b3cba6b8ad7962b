type Input = Parameters<typeof fetch>[0];

/** A request as an application hands it to `fetch`, but for its body. */
export interface SentRequest {
  url: URL;
  method: string;
  headers: Headers;
}

/** A request's body. */
export interface SentBody {
  /** For reading what is asked for: not always all of it. */
  bytes: Uint8Array;
  contentType: string | null;
  /** All of it, where it was text. */
  text: string | null;
  /** Tells it from others; null when that cannot be told. */
  key: string | null;
}

/** Looks at a request without changing it. */
export function describeRequest(input: Input, init: RequestInit | undefined): SentRequest {
  const request = requestOf(input);
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  return {
    url: new URL(request === null ? String(input) : request.url, base),
    method: (init?.method ?? request?.method ?? "GET").toUpperCase(),
    headers: new Headers(init?.headers ?? request?.headers),
  };
}

/** The body without using it up; null when it can be read only once. */
export async function readBody(
  input: Input,
  init: RequestInit | undefined,
  contentType: string | null,
): Promise<SentBody | null> {
  const body: unknown = init?.body;
  if (body == null) {
    const request = requestOf(input);
    if (request === null || request.body === null || request.bodyUsed) return null;
    return ofBytes(new Uint8Array(await request.clone().arrayBuffer()), contentType);
  }
  if (typeof body === "string") return { bytes: withoutPrompt(body), contentType, text: body, key: body };
  if (body instanceof Uint8Array) return ofBytes(body, contentType);
  if (body instanceof ArrayBuffer) return ofBytes(new Uint8Array(body), contentType);
  return typeof FormData === "function" && body instanceof FormData ? formFields(body) : null;
}

function requestOf(input: Input): Request | null {
  return typeof input === "object" && "url" in input ? input : null;
}

const KEY_BYTES = 2_048;

function ofBytes(bytes: Uint8Array, contentType: string | null): SentBody {
  const decoder = new TextDecoder();
  const ends = [bytes.subarray(0, KEY_BYTES), bytes.subarray(Math.max(KEY_BYTES, bytes.length - KEY_BYTES))];
  return {
    bytes,
    contentType,
    text: null,
    key: `${bytes.length} ${ends.map((end) => decoder.decode(end)).join(" ")}`,
  };
}

/** Where the texts of a request stand, by far the most of it. None of the facts that are read is there. */
const PROMPTS = new Set([
  "messages",
  "contents",
  "system",
  "systemInstruction",
  "system_instruction",
  "instructions",
  "documents",
  "texts",
]);

/** JSON without its prompt. A megabyte of messages is parsed by the engine in a seventh of the time that reading it byte by byte takes. */
function withoutPrompt(text: string): Uint8Array {
  const encoder = new TextEncoder();
  try {
    const request: unknown = JSON.parse(text);
    if (typeof request !== "object" || request === null || Array.isArray(request)) return encoder.encode(text);
    const others = Object.entries(request).filter(([name]) => !PROMPTS.has(name));
    return encoder.encode(JSON.stringify(Object.fromEntries(others)));
  } catch {
    return encoder.encode(text);
  }
}

const BOUNDARY = "----outlay";

/** The short fields of a form, as they are on the wire; of its files nothing is looked at. */
function formFields(form: FormData): SentBody {
  let text = "";
  for (const [name, value] of form.entries()) {
    if (typeof value !== "string" || value.length > 512) continue;
    text += `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  }
  const bytes = new TextEncoder().encode(`${text}--${BOUNDARY}--\r\n`);
  return { bytes, contentType: `multipart/form-data; boundary=${BOUNDARY}`, text: null, key: null };
}
