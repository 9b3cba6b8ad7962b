/*
 * Reads JSON where it lies, in bytes, from front to end, and makes values only of what is asked for: of telemetry most is
 * prompts and answers that nobody reads. All that is passed over is checked, so that whatever is read to its end is JSON.
 */

/**
 * Thrown for what is no JSON, and for JSON that goes deeper than this follows: `JSON.parse` knows which of the two it is,
 * and says what is wrong.
 */
export class NotFollowed extends Error {}

/** Of brackets in what is passed over. */
const MAX_DEPTH = 64;

/** A place in the bytes of a JSON text, which must be UTF-8. */
export class JsonCursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  position = 0;
  /** Of the string that was read last: the first byte of its content, the one behind it, and whether it has escapes. */
  start = 0;
  end = 0;
  isEscaped = false;
  readonly #length: number;
  readonly #closers = new Uint8Array(MAX_DEPTH);

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#length = bytes.length;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.position = 3;
  }

  /** The byte that comes next behind white space; 0 at the end. */
  peek(): number {
    const { bytes } = this;
    const length = this.#length;
    let at = this.position;
    while (at < length) {
      const byte = bytes[at]!;
      if (byte > SPACE) break;
      if (byte !== SPACE && byte !== LINE_FEED && byte !== TAB && byte !== RETURN) break;
      at += 1;
    }
    this.position = at;
    return at < length ? bytes[at]! : 0;
  }

  /** Passes this byte when it comes next. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.position += 1;
    return true;
  }

  expect(byte: number): void {
    if (!this.take(byte)) this.refuse();
  }

  /** Passes these bytes when they come next, without white space in between. */
  takeAll(expected: Uint8Array): boolean {
    const { bytes, position } = this;
    const { length } = expected;
    if (this.#length - position < length) return false;
    for (let i = 0; i < length; i += 1) if (bytes[position + i] !== expected[i]) return false;
    this.position = position + length;
    return true;
  }

  /** Behind a member of an object or list: true when another follows, false when `closer` ends it. */
  hasNext(closer: number): boolean {
    const byte = this.peek();
    this.position += 1;
    if (byte === COMMA) return true;
    return byte === closer ? false : this.refuse();
  }

  /** Reads a name and its colon into `start` and `end`. */
  name(): void {
    this.expect(QUOTE);
    this.restOfString();
    this.expect(COLON);
  }

  /** Reads a string behind its opening quote, up to and with the closing one. */
  restOfString(): void {
    const { bytes, view } = this;
    const length = this.#length;
    const lastWord = length - 4;
    let at = this.position;
    this.start = at;
    this.isEscaped = false;
    for (;;) {
      while (at <= lastWord && isPlainWord(view.getInt32(at, true))) at += 4;
      while (at < length && IS_PLAIN[bytes[at]!] === 1) at += 1;
      if (at >= length) this.refuse();
      const byte = bytes[at]!;
      if (byte === QUOTE) break;
      if (byte !== BACKSLASH) this.refuse();
      this.isEscaped = true;
      at = this.#escape(at + 1);
    }
    this.end = at;
    this.position = at + 1;
  }

  /** The string that was read last. */
  text(): string {
    const { bytes, start, end } = this;
    return this.isEscaped
      ? (JSON.parse(bytes.toString("utf8", start - 1, end + 1)) as string)
      : bytes.toString("utf8", start, end);
  }

  /** Passes a value of any kind. */
  skip(): void {
    let depth = 0;
    for (;;) {
      const byte = this.peek();
      this.position += 1;
      if (byte === QUOTE) this.restOfString();
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        const closer = byte + 2;
        if (!this.take(closer)) {
          if (depth === MAX_DEPTH) this.refuse();
          this.#closers[depth++] = closer;
          if (closer === CLOSE_OBJECT) this.name();
          continue;
        }
      } else this.#skipScalar(byte);
      for (;;) {
        if (depth === 0) return;
        const closer = this.#closers[depth - 1]!;
        if (this.hasNext(closer)) {
          if (closer === CLOSE_OBJECT) this.name();
          break;
        }
        depth -= 1;
      }
    }
  }

  /** Passes a value, and makes it. */
  value(): unknown {
    this.peek();
    const from = this.position;
    this.skip();
    return JSON.parse(this.bytes.toString("utf8", from, this.position));
  }

  /** Nothing but white space may follow. */
  finish(): void {
    this.peek();
    if (this.position < this.#length) this.refuse();
  }

  refuse(): never {
    throw new NotFollowed();
  }

  /** Checks what stands behind a backslash; gives the place behind it. */
  #escape(at: number): number {
    if (at >= this.#length) this.refuse();
    const byte = this.bytes[at]!;
    if (byte !== LETTER_U) return ESCAPES.includes(byte) ? at + 1 : this.refuse();
    if (at + 4 >= this.#length) this.refuse();
    for (let i = 1; i <= 4; i += 1) if (!isHexDigit(this.bytes[at + i]!)) this.refuse();
    return at + 5;
  }

  /** A number or a word, of which the first byte has been passed. */
  #skipScalar(first: number): void {
    if (first === MINUS || isDigit(first)) return this.#skipNumber(first);
    const word = WORDS.get(first);
    if (word === undefined || !this.takeAll(word)) this.refuse();
  }

  #skipNumber(first: number): void {
    let digit = first;
    if (first === MINUS) {
      digit = this.#byte();
      if (!isDigit(digit)) this.refuse();
      this.position += 1;
    }
    if (digit !== ZERO) this.#skipDigits(0);
    if (this.#byte() === DOT) {
      this.position += 1;
      this.#skipDigits(1);
    }
    // 0x20 makes a capital small
    if ((this.#byte() | 0x20) !== LETTER_E) return;
    this.position += 1;
    const sign = this.#byte();
    if (sign === PLUS || sign === MINUS) this.position += 1;
    this.#skipDigits(1);
  }

  #skipDigits(least: number): void {
    const from = this.position;
    while (isDigit(this.#byte())) this.position += 1;
    if (this.position - from < least) this.refuse();
  }

  #byte(): number {
    return this.position < this.#length ? this.bytes[this.position]! : 0;
  }
}

/** Whether four bytes stand in a string for themselves: none is a control character, a quote or a backslash. */
function isPlainWord(word: number): boolean {
  const quotes = word ^ (QUOTE * EACH_BYTE);
  const backslashes = word ^ (BACKSLASH * EACH_BYTE);
  // A byte that is smaller than what is taken off it gets its high bit so, unless it had it before.
  const below =
    ((word - SPACE * EACH_BYTE) & ~word) |
    ((quotes - EACH_BYTE) & ~quotes) |
    ((backslashes - EACH_BYTE) & ~backslashes);
  return (below & HIGH_BITS) === 0;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

function isHexDigit(byte: number): boolean {
  const small = byte | 0x20;
  return isDigit(byte) || (small >= 0x61 && small <= 0x66);
}

const EACH_BYTE = 0x01010101;
const HIGH_BITS = 0x80808080;

const code = (character: string): number => character.charCodeAt(0);

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const BACKSLASH = code("\\");
const LETTER_E = code("e");
const LETTER_U = code("u");
const MINUS = code("-");
const PLUS = code("+");
const DOT = code(".");
const COLON = code(":");
const COMMA = code(",");
export const ZERO = code("0");
export const QUOTE = code('"');
export const OPEN_OBJECT = code("{");
export const CLOSE_OBJECT = code("}");
export const OPEN_LIST = code("[");
export const CLOSE_LIST = code("]");

/** What may stand behind a backslash, apart from `u` and four digits. */
const ESCAPES = [...'"\\/bfnrt'].map(code);
/** By their first letters, the rest of the words that are values. */
const WORDS = new Map(["true", "false", "null"].map((word) => [code(word), Buffer.from(word.slice(1))]));
/** 1: a byte that stands in a string for itself. */
const IS_PLAIN = new Uint8Array(256).fill(1, SPACE);
IS_PLAIN[QUOTE] = 0;
IS_PLAIN[BACKSLASH] = 0;
