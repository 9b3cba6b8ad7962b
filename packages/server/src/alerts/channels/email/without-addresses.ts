/** What mail programs make links of: a scheme, `www.`, a name with a path behind it. */
const SCHEME = /:(?=\/\/)/g;
const WWW = /\bwww\.(?=\S)/gi;
const NAME_WITH_PATH = /\.(?=[\p{L}\d-]{2,63}[/:?#])/gu;
/** Nobody sees it, and no address goes on behind it. */
const WORD_JOINER = "\u2060";

/** The same text to the eye, and none that a mail program makes a link of by itself: `https:⁠//`. */
export function withoutAddresses(text: string): string {
  return text
    .replaceAll(SCHEME, `:${WORD_JOINER}`)
    .replaceAll(WWW, (www) => `${www}${WORD_JOINER}`)
    .replaceAll(NAME_WITH_PATH, `.${WORD_JOINER}`);
}
