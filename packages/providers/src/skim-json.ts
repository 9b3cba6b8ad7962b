/** Longest string that is kept. Names, ids and types are shorter; pictures and sound are not. */
const MAX_STRING_CHARACTERS = 1_024;
/** Most text kept of one object. What is longer even so is not read. */
const MAX_KEPT_CHARACTERS = 1_048_576;
/** Deeper than any answer; a thousand brackets in a row are an attack. */
const MAX_DEPTH = 256;

const NUMBER_END = /[^0-9+\-.eE]/g;

/**
 * Reads JSON of any size in little memory, as it arrives: longer strings come out empty and of the numbers in a list only
 * the first is kept, so that pictures and embeddings pass by and the counts around them remain. Every object that
 * is not inside another is handed on when it is complete: alone, line by line, or from a list.
 */
export class JsonSkimmer {
  readonly #onObject: (value: unknown) => void;
  readonly #onUnreadable: () => void;
  /** Open brackets of the object that is being read; empty between objects. */
  #open: ("{" | "[")[] = [];
  #kept: string[] = [];
  #keptCharacters = 0;
  #inString = false;
  #escaped = false;
  /** The string being read; null once it is too long. */
  #string: string | null = "";
  #inNumber = false;
  #isNumberKept = true;
  #isCommaPending = false;
  /** The list being read has had a number. */
  #hasNumber = false;
  /** Nothing more can be understood. */
  #isLost = false;

  constructor(onObject: (value: unknown) => void, onUnreadable: () => void) {
    this.#onObject = onObject;
    this.#onUnreadable = onUnreadable;
  }

  push(text: string): void {
    let position = 0;
    while (position < text.length && !this.#isLost) {
      if (this.#inString) position = this.#readString(text, position);
      else if (this.#inNumber) position = this.#readNumber(text, position);
      else position = this.#readStructure(text, position);
    }
  }

  /** No more comes. An object that was not closed is unreadable. */
  end(): void {
    if (this.#open.length > 0 && !this.#isLost) this.#onUnreadable();
    this.#isLost = true;
  }

  #readString(text: string, from: number): number {
    const start = this.#escaped && from < text.length ? from + 1 : from;
    if (start > from) this.#escaped = false;
    let quote = text.indexOf('"', start);
    while (quote !== -1 && isEscaped(text, start, quote)) quote = text.indexOf('"', quote + 1);
    if (quote === -1) {
      this.#escaped = isEscaped(text, start, text.length);
      this.#addToString(text.slice(from));
      return text.length;
    }
    this.#addToString(text.slice(from, quote));
    this.#inString = false;
    this.#keep(`"${this.#string ?? ""}"`);
    return quote + 1;
  }

  #addToString(part: string): void {
    if (this.#string === null) return;
    this.#string = this.#string.length + part.length > MAX_STRING_CHARACTERS ? null : this.#string + part;
  }

  #readNumber(text: string, from: number): number {
    NUMBER_END.lastIndex = from;
    const end = NUMBER_END.exec(text)?.index ?? text.length;
    if (this.#isNumberKept) this.#keep(text.slice(from, end));
    if (end < text.length) this.#inNumber = false;
    return end;
  }

  #readStructure(text: string, position: number): number {
    const character = text[position]!;
    if (this.#open.length === 0) {
      if (character === "{") this.#openBracket(character);
      else if (character === '"') this.#beginString();
      return position + 1;
    }
    const isInList = this.#open.at(-1) === "[";
    if (character === ",") {
      if (isInList) this.#isCommaPending = true;
      else this.#keep(",");
    } else if (character === "}" || character === "]") {
      this.#closeBracket(character);
    } else if (character === "{" || character === "[") {
      this.#keepComma();
      this.#openBracket(character);
    } else if (character === '"') {
      this.#keepComma();
      this.#beginString();
    } else if (isInList && /[-0-9]/.test(character)) {
      this.#isNumberKept = !this.#hasNumber;
      if (this.#isNumberKept) this.#keepComma();
      this.#isCommaPending = false;
      this.#hasNumber = true;
      this.#inNumber = true;
      return position;
    } else if (!/\s/.test(character)) {
      this.#keepComma();
      this.#keep(character);
    }
    return position + 1;
  }

  #beginString(): void {
    this.#inString = true;
    this.#string = "";
  }

  #openBracket(bracket: "{" | "["): void {
    this.#open.push(bracket);
    this.#hasNumber = false;
    this.#keep(bracket);
    if (this.#open.length > MAX_DEPTH) this.#lose();
  }

  #closeBracket(bracket: "}" | "]"): void {
    if (this.#open.pop() !== (bracket === "}" ? "{" : "[")) return this.#lose();
    this.#isCommaPending = false;
    this.#hasNumber = false;
    this.#keep(bracket);
    if (this.#open.length === 0) this.#handOn();
  }

  #keepComma(): void {
    if (this.#isCommaPending) this.#keep(",");
    this.#isCommaPending = false;
  }

  #keep(text: string): void {
    if (this.#open.length === 0 && text !== "}") return;
    this.#keptCharacters += text.length;
    if (this.#keptCharacters <= MAX_KEPT_CHARACTERS) this.#kept.push(text);
    else this.#kept.length = 0;
  }

  #handOn(): void {
    const json = this.#kept.join("");
    const isWhole = this.#keptCharacters <= MAX_KEPT_CHARACTERS;
    this.#kept = [];
    this.#keptCharacters = 0;
    const value = isWhole ? parsed(json) : undefined;
    if (value === undefined) this.#onUnreadable();
    else this.#onObject(value);
  }

  #lose(): void {
    this.#isLost = true;
    this.#kept = [];
    this.#onUnreadable();
  }
}

/** Whether an odd number of backslashes stands before a position; they are looked for down to `start`. */
function isEscaped(text: string, start: number, position: number): boolean {
  let before = position - 1;
  while (before >= start && text.charCodeAt(before) === BACKSLASH) before -= 1;
  return (position - 1 - before) % 2 === 1;
}

const BACKSLASH = 92;

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
