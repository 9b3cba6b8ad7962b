import { InvalidInput } from "@outlay/core";

/** How the mock provider answers one request. Times in milliseconds; absent means as a healthy provider would. */
export type Behaviour = {
  [Name in keyof typeof WORDS]?: (typeof WORDS)[Name] extends "flag"
    ? true
    : (typeof WORDS)[Name] extends "text"
      ? string
      : number;
};

/** Every word, and what follows it. The command's help and the check read the same list. */
export const WORDS = {
  delay: "number",
  "chunk-delay": "number",
  "chunk-size": "number",
  status: "number",
  "retry-after": "number",
  times: "number",
  "reset-after": "number",
  "close-after": "number",
  "error-after": "number",
  "malformed-after": "number",
  "stop-after": "number",
  "hang-after": "number",
  endless: "flag",
  hang: "flag",
  close: "flag",
  "no-usage": "flag",
  gzip: "flag",
  br: "flag",
  zstd: "flag",
  rate: "number",
  headers: "number",
  "header-size": "number",
  size: "number",
  tokens: "number",
  text: "text",
  tool: "flag",
  cached: "number",
  written: "number",
  "written-1h": "number",
  reasoning: "number",
  "audio-in": "number",
  "audio-out": "number",
  searches: "number",
  tier: "text",
  model: "text",
} as const;

/** What each word does, for people. */
export const MEANINGS: Record<keyof typeof WORDS, string> = {
  delay: "milliseconds before the first byte",
  "chunk-delay": "milliseconds between the pieces of a stream",
  "chunk-size": "bytes of each write: 1 cuts characters and events anywhere",
  status: "refuse with this status, as the provider would: 400, 401, 429, 500, 529",
  "retry-after": "seconds, sent with the refusal",
  times: "refuse only so often; the same request then succeeds",
  "reset-after": "reset the connection after so many pieces",
  "close-after": "close it after so many pieces, without an end; all that was sent arrives",
  "error-after": "say inside the stream that something failed, after so many pieces",
  "malformed-after": "send a damaged piece after so many",
  "stop-after": "end the stream early, as if it were whole",
  "hang-after": "send nothing more after so many pieces",
  endless: "never stop",
  hang: "send nothing at all, not even a status",
  close: "close the connection instead of answering",
  "no-usage": "leave the usage out",
  gzip: "compress, if the client accepts it",
  br: "the same with Brotli",
  zstd: "the same with Zstandard",
  rate: "bytes a second at most",
  headers: "send so many headers more",
  "header-size": "bytes of each of them",
  size: "so many bytes more of text, made while they are sent",
  tokens: "length of the answer",
  text: "the answer itself, percent-encoded",
  tool: "call the first tool that the request offers, until its result comes",
  cached: "so many prompt tokens more, from the cache",
  written: "so many prompt tokens more, written to the cache",
  "written-1h": "so many of them kept for an hour",
  reasoning: "so many tokens of hidden reasoning more",
  "audio-in": "so many audio tokens in the prompt",
  "audio-out": "so many audio tokens in the answer",
  searches: "so many web searches",
  tier: "service tier that served",
  model: "model that answered",
};

/** The largest number of what is made in memory. A longer answer is asked for with `size`. */
const MOST: Partial<Record<keyof typeof WORDS, number>> = {
  headers: 2_000,
  "header-size": 65_536,
  tokens: 1_000_000,
  searches: 1_000,
};

/**
 * Reads `delay=200; chunk-size=1; gzip`. InvalidInput `unknown_behaviour` or `wrong_behaviour` names what is not
 * understood: a test that misspells a behaviour must not pass for want of it.
 */
export function parseBehaviour(text: string): Behaviour {
  const entries = text
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => parsePart(part));
  return Object.fromEntries(entries) as Behaviour;
}

function parsePart(part: string): [string, string | number | true] {
  const equals = part.indexOf("=");
  const name = (equals < 0 ? part : part.slice(0, equals)).trim();
  const value = equals < 0 ? "" : part.slice(equals + 1).trim();
  const kind = Object.hasOwn(WORDS, name) ? WORDS[name as keyof typeof WORDS] : undefined;
  if (kind === undefined) {
    throw new InvalidInput(
      "unknown_behaviour",
      `"${name}" is no behaviour; expected one of ${Object.keys(WORDS).join(", ")}`,
    );
  }
  if (kind === "flag") return [name, true];
  if (kind === "text") return [name, decoded(value)];
  const most = MOST[name as keyof typeof WORDS] ?? 999_999_999;
  if (!/^\d{1,9}$/.test(value) || Number(value) > most) {
    throw new InvalidInput("wrong_behaviour", `${name} is "${value}"; expected a whole number up to ${most}`);
  }
  return [name, Number(value)];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
