/**
 * Index of the first character at which a text stops being JSON; its length when it ends too early. The engine's
 * own messages name no position for most mistakes, and quote the body.
 */
export function jsonErrorPosition(text: string): number {
  const scanner = new Scanner(text);
  return scanner.document() ? text.length : scanner.position;
}

const SPACE = /[ \t\n\r]*/y;
// control characters must be escaped: \p{Cc} without U+007F to U+009F, which may stand as they are
const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const STRING_START = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Walks the grammar without recursion, so that deep nesting cannot overflow the stack. */
class Scanner {
  position = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  document(): boolean {
    const open: string[] = [];
    do {
      if (!this.#value(open)) return false;
    } while (open.length > 0);
    this.#take(SPACE);
    return this.position === this.#text.length;
  }

  /** Reads one value or the start of one, then everything up to where the next value begins. */
  #value(open: string[]): boolean {
    this.#take(SPACE);
    const character = this.#text[this.position];
    if (character === "{" || character === "[") {
      this.position += 1;
      this.#take(SPACE);
      const close = character === "{" ? "}" : "]";
      if (!this.#skip(close)) {
        open.push(close);
        return close === "]" || this.#key();
      }
    } else if (!this.#scalar(character)) return false;
    return this.#afterValue(open);
  }

  #afterValue(open: string[]): boolean {
    while (open.length > 0) {
      this.#take(SPACE);
      const close = open.at(-1)!;
      if (this.#skip(",")) return close === "]" || this.#key();
      if (!this.#skip(close)) return false;
      open.pop();
    }
    return true;
  }

  #key(): boolean {
    this.#take(SPACE);
    if (!this.#string()) return false;
    this.#take(SPACE);
    return this.#skip(":");
  }

  #scalar(character: string | undefined): boolean {
    return character === '"' ? this.#string() : this.#take(SCALAR);
  }

  #string(): boolean {
    if (this.#take(STRING)) return true;
    this.#take(STRING_START);
    return false;
  }

  #skip(character: string): boolean {
    if (this.#text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.#text);
    if (match === null) return false;
    this.position = pattern.lastIndex;
    return true;
  }
}
