/** Where the text of a request stands, in the dialects of all providers. */
const PROMPTS = [
  "system",
  "instructions",
  "systemInstruction",
  "tools",
  "messages",
  "contents",
  "input",
  "prompt",
] as const;
/** Marks, ids and bytes: no model reads them as text. */
const NO_TEXT =
  /^(type|role|id|\w+_id|data|url|image_url|file_data|b64_json|media_type|mimeType|mime_type|status|detail|cache_control|\w*[sS]ignature|encrypted_content)$/;
const MAX_DEPTH = 32;

/** Characters of the text that a request asks with: for an estimate only. Null when it is no JSON. */
export function promptCharacters(body: string): number | null {
  try {
    const request = JSON.parse(body) as Record<string, unknown>;
    return PROMPTS.reduce((sum, name) => sum + charactersIn(request[name]), 0);
  } catch {
    return null;
  }
}

/** Characters of all texts inside a value that a model reads. */
export function charactersIn(value: unknown, depth = 0): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return 0;
  let sum = 0;
  for (const [name, inner] of Object.entries(value)) if (!NO_TEXT.test(name)) sum += charactersIn(inner, depth + 1);
  return sum;
}
