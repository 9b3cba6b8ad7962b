/** One message of a stream of server-sent events. */
export interface StreamMessage {
  /** `message` when the server names none. */
  event: string;
  data: string;
}

/**
 * Reads server-sent events as HTML defines them (html.spec.whatwg.org/multipage/server-sent-events.html, checked
 * 2026-11-22), from pieces that are cut anywhere.
 */
export class EventStreamParser {
  /** The last id that the server gave: where to go on after a break. */
  lastEventId = "";
  /** How long the server asks to wait before connecting again; null: it did not say. */
  retryMs: number | null = null;
  #rest = "";
  #isStart = true;
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** The messages that this piece completes. */
  push(piece: string): StreamMessage[] {
    let text = this.#rest + piece;
    if (this.#isStart && text !== "") {
      this.#isStart = false;
      if (text.startsWith("\uFEFF")) text = text.slice(1);
    }
    const messages: StreamMessage[] = [];
    let start = 0;
    for (;;) {
      LINE_END.lastIndex = start;
      const end = LINE_END.exec(text);
      // A carriage return at the very end may be half of a line end.
      if (end === null || (end[0] === "\r" && end.index === text.length - 1)) break;
      const message = this.#line(text.slice(start, end.index));
      if (message !== null) messages.push(message);
      start = end.index + end[0].length;
    }
    this.#rest = text.slice(start);
    return messages;
  }

  #line(line: string): StreamMessage | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #dispatch(): StreamMessage | null {
    if (this.#id !== null) this.lastEventId = this.#id;
    const message = this.#data.length === 0 ? null : { event: this.#event || "message", data: this.#data.join("\n") };
    this.#event = "";
    this.#data = [];
    this.#id = null;
    return message;
  }
}

const LINE_END = /\r\n|\n|\r/g;
