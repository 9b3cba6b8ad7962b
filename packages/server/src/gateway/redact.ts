import { cleanText } from "./clean-text.ts";

const MAX_MESSAGE_CHARACTERS = 500;
/** So many words in a row that also stand in the request are taken for its text. */
const WORDS_IN_A_ROW = 3;
/** A single word of this length that stands in the request is taken for its text, too. */
const LONG_WORD = 16;
/** What looks like a key, whoever's it is. */
const KEY = /\b(?:sk|pk|rk|gsk|xai|key|AIza|AKIA|ASIA|ya29|outlay|Bearer|hf|pplx|fw|tgp)[-_. ]?[\w.*-]{8,}/g;
const LONG_TOKEN = /[\w+/=*-]{32,}/g;
const WORD = /[^\s"'`,;:()[\]{}<>]+/g;
const HIDDEN = "…";

/**
 * What a provider says went wrong, without keys and without words of the request: providers like to repeat them.
 * `request` is the body as text, `allowed` are names that may stay, such as the model's.
 */
export function redact(
  message: string,
  known: { secrets: string[]; request: string; allowed: (string | null)[] },
): string {
  let text = cleanText(message, 4 * MAX_MESSAGE_CHARACTERS);
  for (const secret of known.secrets) if (secret.length >= 4) text = text.replaceAll(secret, HIDDEN);
  text = text.replaceAll(KEY, HIDDEN);
  text = text.replaceAll(LONG_TOKEN, (token) => (known.allowed.includes(token) ? token : HIDDEN));
  text = withoutRequest(text, known.request, known.allowed);
  return text.length > MAX_MESSAGE_CHARACTERS ? `${text.slice(0, MAX_MESSAGE_CHARACTERS)}${HIDDEN}` : text;
}

function withoutRequest(message: string, request: string, allowed: (string | null)[]): string {
  if (request === "") return message;
  const words = [...message.matchAll(WORD)];
  const hidden = words.map(() => false);
  for (const [index, word] of words.entries()) {
    const last = words[index + WORDS_IN_A_ROW - 1];
    if (last !== undefined) {
      const row = message.slice(word.index, last.index + last[0].length);
      if (request.includes(row)) hidden.fill(true, index, index + WORDS_IN_A_ROW);
    }
    if (word[0].length >= LONG_WORD && !isAllowed(word[0], allowed) && request.includes(word[0])) hidden[index] = true;
  }
  return words.reduceRight(
    (text, word, index) =>
      hidden[index] === true ? text.slice(0, word.index) + HIDDEN + text.slice(word.index + word[0].length) : text,
    message,
  );
}

function isAllowed(word: string, allowed: (string | null)[]): boolean {
  return allowed.some((name) => name?.includes(word) === true);
}
