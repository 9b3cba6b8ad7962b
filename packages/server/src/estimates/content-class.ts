/**
 * Kinds of text that tokenizers treat differently: the columns of the measured ratios in families.ts. `docs` is English with
 * Markdown in it, as models like to write.
 */
export const CONTENT_CLASSES = ["english", "docs", "code", "json", "cjk", "other"] as const;
export type ContentClass = (typeof CONTENT_CLASSES)[number];

/** Enough of a block to tell what it is. */
const LOOKED_AT_CHARACTERS = 2_048;
/** Shares of all characters above which a text is of a kind. */
const CJK_SHARE = 0.2;
const FOREIGN_SHARE = 0.025;
const JSON_SHARE = 0.1;
const CODE_SHARE = 0.035;
const MARKDOWN_SHARE = 0.008;
/** Share of all words that tell a language, above which a text in Latin letters is not English. */
const FOREIGN_WORD_SHARE = 0.05;

/** What a block of text mostly is. Takes a time that grows with its length only, up to some 2,000 characters. */
export function classify(text: string): ContentClass {
  const looked = text.slice(0, LOOKED_AT_CHARACTERS);
  const { cjk, foreign, quotes, marks } = countCharacters(looked);
  if (cjk > looked.length * CJK_SHARE) return "cjk";
  if (foreign > looked.length * FOREIGN_SHARE) return "other";
  if (quotes > looked.length * JSON_SHARE && /^\s*[[{"}\],]/.test(looked)) return "json";
  if (marks > looked.length * CODE_SHARE) return "code";
  if (isForeign(looked)) return "other";
  const markdown = looked.match(MARKDOWN)?.length ?? 0;
  return markdown > looked.length * MARKDOWN_SHARE ? "docs" : "english";
}

function countCharacters(text: string): { cjk: number; foreign: number; quotes: number; marks: number } {
  const counts = { cjk: 0, foreign: 0, quotes: 0, marks: 0 };
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      if (isCjk(unit)) counts.cjk += 1;
      else if (isForeignLetter(unit)) counts.foreign += 1;
    } else if (unit === QUOTE || unit === COLON) counts.quotes += 1;
    else if (CODE_MARKS.has(unit)) counts.marks += 1;
  }
  return counts;
}

/** Headings, points of lists, code, emphasis, links, cells of tables. */
const MARKDOWN = /^(?:#{1,6}|\s*[-*+]|\s*\d+\.) |[`*|]|\]\(/gm;
const QUOTE = 0x22;
const COLON = 0x3a;
const CODE_MARKS = new Set([..."{}[]()<>=;_$&|\\"].map((mark) => mark.charCodeAt(0)));

/** Han, kana, hangul, and their punctuation. */
function isCjk(unit: number): boolean {
  return (unit >= 0x2e80 && unit <= 0x9fff) || (unit >= 0xac00 && unit <= 0xd7af) || (unit >= 0xff00 && unit <= 0xffef);
}

/** Letters beyond ASCII, accented Latin ones included; typographic marks and symbols are left out. */
function isForeignLetter(unit: number): boolean {
  return unit >= 0xc0 && unit <= 0x1fff;
}

/** Small words that each tell its language, and mean nothing in English. */
const FOREIGN_WORDS = new Set(
  `der das und ist nicht ein eine mit den dem von auf sich auch zu im
   le la les des du est et une que qui dans pour pas sur au aux
   el los las por para con una del se su como más
   il che di della per non gli nel sono
   um uma não os com dos da
   het een van niet en zijn voor dat
   och att det som är för på inte og til
   się jest nie na ve bir bu için yang dan untuk dengan ini`.split(/\s+/),
);

function isForeign(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const foreign = words.reduce((count, word) => count + (FOREIGN_WORDS.has(word) ? 1 : 0), 0);
  return foreign > words.length * FOREIGN_WORD_SHARE;
}
