import { JsonText } from "./json-text.ts";

/** More of a line than this is not kept as text; data goes on being read, anything else is dropped. */
const MAX_LINE_CHARACTERS = 65_536;

/** What comes out of a stream of server-sent events. */
export interface EventSink {
  /** A piece of JSON and the name of its event, where it has one. */
  onPiece(piece: unknown, event: string | null): void;
  /** `data: [DONE]` */
  onDone(): void;
  onUnreadable(): void;
}

/**
 * Reads server-sent events from bytes, however they are cut: inside a character, a line end or a number. Line ends may
 * be LF, CRLF or CR; comments, ids and heartbeats pass by. Of a huge event only as much is kept as `JsonSkimmer` keeps.
 */
export class EventStreamReader {
  readonly #sink: EventSink;
  readonly #decoder = new TextDecoder();
  #line = "";
  #afterReturn = false;
  /** The line is longer than what is kept: its data goes to `#data` as it comes, or nowhere. */
  #longLine: "no" | "data" | "dropped" = "no";
  #event: string | null = null;
  #data: string | null = null;
  #longData: JsonText | null = null;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  push(bytes: Uint8Array): void {
    this.#read(this.#decoder.decode(bytes, { stream: true }));
  }

  /** No more comes. An event whose empty line is missing counts when its data is whole. */
  end(): void {
    this.#read(this.#decoder.decode());
    if (this.#line !== "" || this.#longLine !== "no") this.#endLine();
    this.#dispatch();
  }

  #read(decoded: string): void {
    // The LF of a CRLF that was cut between the two.
    let from = this.#afterReturn && decoded.startsWith("\n") ? 1 : 0;
    if (decoded !== "") this.#afterReturn = decoded.endsWith("\r");
    const hasReturns = decoded.includes("\r");
    while (from < decoded.length) {
      const feed = decoded.indexOf("\n", from);
      const carriage = hasReturns ? decoded.indexOf("\r", from) : -1;
      const end = carriage >= 0 && (feed < 0 || carriage < feed) ? carriage : feed;
      if (end < 0) return this.#addToLine(decoded.slice(from));
      this.#addToLine(decoded.slice(from, end));
      this.#endLine();
      from = end === carriage && decoded[end + 1] === "\n" ? end + 2 : end + 1;
    }
  }

  #addToLine(part: string): void {
    if (this.#longLine === "dropped") return;
    if (this.#longLine === "data") return this.#longData!.push(part);
    this.#line += part;
    if (this.#line.length <= MAX_LINE_CHARACTERS) return;
    if (this.#line.startsWith("data:")) {
      this.#longLine = "data";
      this.#addData(this.#line.slice(5));
    } else {
      this.#longLine = "dropped";
    }
    this.#line = "";
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (this.#longLine !== "no") {
      this.#longLine = "no";
      return;
    }
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "data") this.#addData(value);
    else if (name === "event") this.#event = value;
  }

  #addData(value: string): void {
    if (this.#longData !== null) return this.#longData.push(`\n${value}`);
    const data = this.#data === null ? value : `${this.#data}\n${value}`;
    if (data.length <= MAX_LINE_CHARACTERS && this.#longLine === "no") {
      this.#data = data;
      return;
    }
    const event = this.#event;
    this.#longData = new JsonText(
      (piece) => this.#sink.onPiece(piece, this.#event ?? event),
      () => this.#sink.onUnreadable(),
    );
    this.#longData.push(data);
    this.#data = null;
  }

  #dispatch(): void {
    const data = this.#data;
    if (this.#longData !== null) this.#longData.end();
    else if (data !== null) this.#handOn(data.trim());
    this.#longData = null;
    this.#data = null;
    this.#event = null;
  }

  #handOn(data: string): void {
    if (data === "") return;
    if (data === "[DONE]") return this.#sink.onDone();
    let piece: unknown;
    try {
      piece = JSON.parse(data);
    } catch {
      return this.#sink.onUnreadable();
    }
    this.#sink.onPiece(piece, this.#event);
  }
}
