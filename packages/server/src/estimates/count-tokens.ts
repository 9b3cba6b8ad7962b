import { countTokens as countPiece, setMergeCacheSize } from "gpt-tokenizer/encoding/o200k_base";
import { classify, type ContentClass } from "./content-class.ts";
import { MAX_SAMPLE_CHARACTERS } from "./text-sample.ts";

/** Tokens of OpenAI's o200k vocabulary in each kind of text. */
export type TokensByClass = Partial<Record<ContentClass, number>>;

/** Texts change from prose to code between lines; each stretch is looked at for itself. */
const BLOCK_CHARACTERS = 1_024;
/** The time for one unbroken run grows with its square: longer ones are cut, which only texts without sense have. */
const MAX_RUN_CHARACTERS = 512;
const LONG_RUN = new RegExp(
  [String.raw`[\p{L}\p{M}]`, String.raw`[^\s\p{L}\p{N}]`, String.raw`\s`]
    .map((kind) => `${kind}{${MAX_RUN_CHARACTERS + 1},}`)
    .join("|"),
  "gu",
);
/** Words that had to be put together from parts are remembered; few are enough for one text. */
const REMEMBERED_WORDS = 4_096;

setMergeCacheSize(REMEMBERED_WORDS);

/**
 * Tokens of a text as OpenAI's models since gpt-4o count them, by kind of text. Exact for what people and models write.
 * The time is bounded: the text is cut at `MAX_SAMPLE_CHARACTERS`, and runs of more than 512 letters or marks within it.
 */
export function countTokens(text: string): TokensByClass {
  const counted: TokensByClass = {};
  for (const block of blocks(text.slice(0, MAX_SAMPLE_CHARACTERS))) {
    const kind = classify(block);
    let tokens = 0;
    for (const part of cutLongRuns(block)) tokens += countPiece(part, { disallowedSpecial: new Set() });
    counted[kind] = (counted[kind] ?? 0) + tokens;
  }
  return counted;
}

/** Ends blocks only where no token can reach across: behind a line break that nothing of its kind follows. */
function* blocks(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > BLOCK_CHARACTERS) {
    const end = blockEnd(text, start + BLOCK_CHARACTERS);
    if (end === -1) break;
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) yield text.slice(start);
}

function blockEnd(text: string, from: number): number {
  for (let at = text.indexOf("\n", from); at !== -1; at = text.indexOf("\n", at + 1)) {
    const next = text[at + 1];
    if (next !== undefined && /[^\s/]/.test(next)) return at + 1;
  }
  return -1;
}

function* cutLongRuns(text: string): Generator<string> {
  let start = 0;
  for (const run of text.matchAll(LONG_RUN)) {
    const end = run.index + run[0].length;
    for (let cut = run.index + MAX_RUN_CHARACTERS; cut < end; cut += MAX_RUN_CHARACTERS) {
      yield text.slice(start, cut);
      start = cut;
    }
  }
  if (start < text.length) yield text.slice(start);
}
