/** Where a request names its model: in its body, or in the path. */
export interface ModelPlace {
  path: string;
  /** As it was sent; null: there is none, or not all of it is in memory. */
  body: Buffer | null;
  contentType: string | null;
}

/** Names of models in paths: Google's, Azure's and Bedrock's. */
const PATH_MODEL = /(\/(?:models|tunedModels|endpoints|deployments|model)\/)([^/:?]+)(?=[:/][^?]*(?:\?|$))/;

/**
 * The same request for another model: the rest of its text stays as it was. null: its model does not stand where it could be
 * exchanged.
 */
export function swapModel(request: ModelPlace, from: string, to: string): ModelPlace | null {
  const inPath = PATH_MODEL.exec(request.path);
  if (inPath !== null && decoded(inPath[2]!) === from) {
    const start = inPath.index + inPath[1]!.length;
    const path = request.path.slice(0, start) + encodeURIComponent(to) + request.path.slice(start + inPath[2]!.length);
    return { ...request, path };
  }
  if (request.body === null) return null;
  const isForm = request.contentType?.includes("multipart/form-data") === true;
  const body = isForm ? swapInForm(request.body, from, to) : swapInJson(request.body, from, to);
  return body === null ? null : { ...request, body };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const COLON = 0x3a;
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** Looks for the field `model` of the outermost object; the last one counts, as for those who parse it. */
function swapInJson(body: Buffer, from: string, to: string): Buffer | null {
  let depth = 0;
  let found: { start: number; end: number } | null = null;
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i]!;
    if (OPENING.has(byte)) depth += 1;
    else if (CLOSING.has(byte)) depth -= 1;
    if (byte !== QUOTE) continue;
    const end = endOfString(body, i);
    if (end < 0) return null;
    const value = depth === 1 ? valueOfModel(body, i, end) : null;
    if (value !== null) found = value;
    i = (value ?? { end }).end - 1;
  }
  if (found === null || stringAt(body, found.start, found.end) !== from) return null;
  return Buffer.concat([body.subarray(0, found.start), Buffer.from(JSON.stringify(to)), body.subarray(found.end)]);
}

/** Behind the closing quote of the string that begins at `start`; -1: it has no end. */
function endOfString(body: Buffer, start: number): number {
  for (let quote = body.indexOf(QUOTE, start + 1); quote >= 0; quote = body.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0;
    while (body[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return -1;
}

/** Where the value stands when the string is the name `model` and its value is text. */
function valueOfModel(body: Buffer, start: number, end: number): { start: number; end: number } | null {
  if (stringAt(body, start, end) !== "model") return null;
  let at = skipSpaces(body, end);
  if (body[at] !== COLON) return null;
  at = skipSpaces(body, at + 1);
  if (body[at] !== QUOTE) return null;
  const valueEnd = endOfString(body, at);
  return valueEnd < 0 ? null : { start: at, end: valueEnd };
}

function skipSpaces(body: Buffer, from: number): number {
  let at = from;
  while (SPACES.has(body[at]!)) at += 1;
  return at;
}

/** What the JSON string says; null when it says nothing. */
function stringAt(body: Buffer, start: number, end: number): string | null {
  if (end - start > 1_024) return null;
  try {
    return JSON.parse(body.toString("utf8", start, end)) as string;
  } catch {
    return null;
  }
}

function swapInForm(body: Buffer, from: string, to: string): Buffer | null {
  const name = body.indexOf('name="model"\r\n');
  if (name < 0) return null;
  const head = body.indexOf("\r\n\r\n", name);
  const end = body.indexOf("\r\n--", head + 4);
  if (head < 0 || end < 0 || body.toString("utf8", head + 4, end) !== from) return null;
  return Buffer.concat([body.subarray(0, head + 4), Buffer.from(to), body.subarray(end)]);
}
