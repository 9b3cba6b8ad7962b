/** Kinds of text that tokenizers treat differently: the columns of the measured ratios in families.ts. */
export const CONTENT_CLASSES = ["english", "code", "json", "cjk", "other"] as const;
export type ContentClass = (typeof CONTENT_CLASSES)[number];

/** Enough of a block to tell what it is. */
const LOOKED_AT_CHARACTERS = 2_048;
/** Shares of all characters that make the difference, chosen on the texts of catalogue/cases/estimates. */
const CJK_SHARE = 0.2;
const FOREIGN_SHARE = 0.03;
const JSON_SHARE = 0.1;
const CODE_SHARE = 0.035;

/** What a block of text mostly is. Takes a time that grows with its length only. */
export function classify(text: string): ContentClass {
  const looked = text.slice(0, LOOKED_AT_CHARACTERS);
  let cjk = 0;
  let foreign = 0;
  let quotes = 0;
  let marks = 0;
  for (let index = 0; index < looked.length; index += 1) {
    const unit = looked.charCodeAt(index);
    if (unit > 0x7f) {
      if (isCjk(unit)) cjk += 1;
      else if (isForeignLetter(unit)) foreign += 1;
    } else if (unit === 0x22 || unit === 0x3a) quotes += 1;
    else if (CODE_MARKS.has(unit)) marks += 1;
  }
  if (cjk > looked.length * CJK_SHARE) return "cjk";
  if (foreign > looked.length * FOREIGN_SHARE) return "other";
  if (quotes > looked.length * JSON_SHARE && /^\s*[[{"}\]]/.test(looked)) return "json";
  return marks > looked.length * CODE_SHARE ? "code" : "english";
}

const CODE_MARKS = new Set([..."{}[]()<>=;_$&|\\"].map((mark) => mark.charCodeAt(0)));

/** Han, kana, hangul, and their punctuation; the halves of surrogate pairs of rare Han characters are not among them. */
function isCjk(unit: number): boolean {
  return (unit >= 0x2e80 && unit <= 0x9fff) || (unit >= 0xac00 && unit <= 0xd7af) || (unit >= 0xff00 && unit <= 0xffef);
}

/** Letters beyond ASCII, accented Latin ones included; typographic marks and symbols are left out. */
function isForeignLetter(unit: number): boolean {
  return unit >= 0xc0 && unit <= 0x1fff;
}
