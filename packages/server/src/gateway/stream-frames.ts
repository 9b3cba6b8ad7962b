import { awsMessage, readAwsMessage } from "./aws-message.ts";
import type { StreamPiece } from "./closing-pieces.ts";

/** Follows a stream to where one of its pieces ends, so that it can be ended there. */
export interface StreamFrames {
  /** What went to the client. */
  take(bytes: Buffer): void;
  /** Whether the last piece that went out is whole. */
  isWhole(): boolean;
  /** So many of these bytes belong to the piece that has begun; -1: all of them, and more are to come. */
  restOfPiece(bytes: Buffer): number;
  /** The first and the last pieces that went out. */
  pieces(): StreamPiece[];
  /** Further pieces as bytes, and the end of the stream behind them. `done`: with OpenAI's mark for it. */
  encode(pieces: StreamPiece[], options: { done: boolean }): Buffer;
}

/** Pieces that are remembered from the beginning and from the end: what is asked of them stands in few. */
const FIRST_PIECES = 4;
const LAST_PIECES = 12;
/** No stream that is to be ended has larger ones. */
const MAX_PIECE_CHARACTERS = 4_194_304;

/** How a stream of this content type is framed; null: nothing can be put behind it. */
export function openFrames(contentType: string): StreamFrames | null {
  if (contentType.includes("vnd.amazon.eventstream")) return new AwsFrames();
  if (contentType.includes("event-stream")) return new TextFrames("events");
  if (/ndjson|jsonl|stream\+json/.test(contentType)) return new TextFrames("lines");
  return contentType.includes("json") ? new ListFrames() : null;
}

/** The first and the last of many. */
class FewPieces<T> {
  readonly #first: T[] = [];
  #last: T[] = [];

  add(piece: T): void {
    if (this.#first.length < FIRST_PIECES) this.#first.push(piece);
    else if (this.#last.push(piece) > 2 * LAST_PIECES) this.#last = this.#last.slice(-LAST_PIECES);
  }

  all(): T[] {
    return [...this.#first, ...this.#last.slice(-LAST_PIECES)];
  }
}

/** Server-sent events, or a JSON object a line. */
class TextFrames implements StreamFrames {
  readonly #kind: "events" | "lines";
  readonly #end: RegExp;
  readonly #few = new FewPieces<string>();
  /** As Latin-1: each character is a byte. */
  #begun = "";

  constructor(kind: "events" | "lines") {
    this.#kind = kind;
    this.#end = kind === "events" ? /\r\n\r\n|\n\n|\r\r/g : /\n/g;
  }

  take(bytes: Buffer): void {
    const text = this.#begun + bytes.toString("latin1");
    let from = 0;
    this.#end.lastIndex = 0;
    for (let end = this.#end.exec(text); end !== null; end = this.#end.exec(text)) {
      this.#few.add(text.slice(from, end.index));
      from = this.#end.lastIndex;
    }
    // Of what is longer than any piece only the end is needed, to see where it ends.
    this.#begun = text.length - from > MAX_PIECE_CHARACTERS ? text.slice(-4) : text.slice(from);
  }

  isWhole(): boolean {
    return this.#begun.trim() === "";
  }

  restOfPiece(bytes: Buffer): number {
    this.#end.lastIndex = 0;
    const isFound = this.#end.exec(this.#begun + bytes.toString("latin1")) !== null;
    return isFound ? Math.max(0, this.#end.lastIndex - this.#begun.length) : -1;
  }

  pieces(): StreamPiece[] {
    return this.#few.all().flatMap((text) => {
      const piece = this.#kind === "events" ? readEvent(text) : { event: null, data: parsed(fromLatin1(text)) };
      return piece.data === undefined ? [] : [piece];
    });
  }

  encode(pieces: StreamPiece[], { done }: { done: boolean }): Buffer {
    if (this.#kind === "lines") return Buffer.from(pieces.map(({ data }) => `${JSON.stringify(data)}\n`).join(""));
    const texts = pieces.map(({ event, data }) => {
      return `${event === null ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
    });
    return Buffer.from([...texts, ...(done ? ["data: [DONE]\n\n"] : [])].join(""));
  }
}

function readEvent(latin1: string): StreamPiece {
  const lines = fromLatin1(latin1).split(/\r\n|\n|\r/);
  const valuesOf = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
  return { event: valuesOf("event").at(-1) ?? null, data: parsed(valuesOf("data").join("\n")) };
}

function fromLatin1(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A list of objects that is sent as it grows: Gemini's streams when nobody asked for events. */
class ListFrames implements StreamFrames {
  readonly #few = new FewPieces<string>();
  #begun = "";
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  take(bytes: Buffer): void {
    let rest = bytes;
    for (let end = this.#follow(rest); end >= 0; end = this.#follow(rest)) {
      this.#few.add(fromLatin1(this.#begun));
      this.#begun = "";
      rest = rest.subarray(end);
    }
  }

  isWhole(): boolean {
    return this.#depth === 1;
  }

  restOfPiece(bytes: Buffer): number {
    const ahead = new ListFrames();
    ahead.#depth = this.#depth;
    ahead.#isInString = this.#isInString;
    ahead.#isEscaped = this.#isEscaped;
    return ahead.#follow(bytes);
  }

  pieces(): StreamPiece[] {
    return this.#few.all().flatMap((text) => {
      const data = parsed(text);
      return data === undefined ? [] : [{ event: null, data }];
    });
  }

  encode(pieces: StreamPiece[]): Buffer {
    return Buffer.from(`${pieces.map(({ data }) => `,\r\n${JSON.stringify(data)}`).join("")}\r\n]`);
  }

  /** Behind the next object of the list that ends here; -1: none does. */
  #follow(bytes: Buffer): number {
    const text = bytes.toString("latin1");
    for (let i = 0; i < text.length; i += 1) {
      const character = text[i]!;
      const isInside = this.#depth > 1;
      this.#step(character);
      if ((isInside || this.#depth > 1) && this.#begun.length < MAX_PIECE_CHARACTERS) this.#begun += character;
      if (isInside && this.#depth === 1) return i + 1;
    }
    return -1;
  }

  #step(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#isInString && character === "\\") this.#isEscaped = true;
    else if (character === '"') this.#isInString = !this.#isInString;
    else if (this.#isInString) return;
    else if (character === "{" || character === "[") this.#depth += 1;
    else if (character === "}" || character === "]") this.#depth -= 1;
  }
}

const LENGTH_BYTES = 4;

/** Messages that begin with their own length. */
class AwsFrames implements StreamFrames {
  readonly #few = new FewPieces<Buffer>();
  #begun: Buffer = Buffer.alloc(0);

  take(bytes: Buffer): void {
    this.#begun = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    for (let length = this.#length(); length !== null && this.#begun.length >= length; length = this.#length()) {
      this.#few.add(this.#begun.subarray(0, length));
      this.#begun = this.#begun.subarray(length);
    }
  }

  isWhole(): boolean {
    return this.#begun.length === 0;
  }

  restOfPiece(bytes: Buffer): number {
    const joined = Buffer.concat([this.#begun, bytes]);
    if (joined.length < LENGTH_BYTES) return -1;
    const rest = joined.readUInt32BE(0) - this.#begun.length;
    return rest > bytes.length ? -1 : rest;
  }

  pieces(): StreamPiece[] {
    return this.#few.all().flatMap((message) => readAwsMessage(message) ?? []);
  }

  encode(pieces: StreamPiece[]): Buffer {
    return Buffer.concat(pieces.map(({ event, data }) => awsMessage(event ?? "chunk", data)));
  }

  /** null: not known yet, or no length that a message can have. */
  #length(): number | null {
    if (this.#begun.length < LENGTH_BYTES) return null;
    return this.#begun.readUInt32BE(0) || null;
  }
}
