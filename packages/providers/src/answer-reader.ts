import { AwsEventStreamReader } from "./aws-event-stream.ts";
import { EventStreamReader, type EventSink } from "./event-stream.ts";
import { JsonLines } from "./json-lines.ts";
import { JsonText } from "./json-text.ts";
import { blankMeasured, type AnswerFold, type CallFacts, type Measured, type Route } from "./provider.ts";
import { readError } from "./read-error.ts";

/** Reads an answer as it passes by. Memory stays bounded, whatever its size. */
export interface AnswerReader {
  /** Bytes of the body without content encoding, cut anywhere. Never throws. */
  push(bytes: Uint8Array): void;
  /** The body is over. `cut`: it was aborted or the connection broke. */
  end(options?: { cut?: boolean }): Measured;
  /** What is known so far; for a call that is still running. */
  measured(): Measured;
}

/** Opens a reader for one answer, by its status and content type. */
export function openAnswer(route: Route, call: CallFacts): AnswerReader {
  return new FoldingReader(route, call);
}

class FoldingReader implements AnswerReader, EventSink {
  readonly #fold: AnswerFold;
  readonly #framing: Framing;
  #unreadable = 0;

  constructor(route: Route, call: CallFacts) {
    const contentType = call.header("content-type") ?? "";
    this.#fold = call.status >= 400 ? foldOfError(call) : openFold(route, call, contentType);
    this.#framing = openFraming(contentType, this);
  }

  push(bytes: Uint8Array): void {
    this.#framing.push(bytes);
  }

  end(options: { cut?: boolean } = {}): Measured {
    this.#framing.end();
    const result = this.measured();
    // Some streams say why the model stopped, and then just end.
    const isOver = options.cut !== true && result.stopReason !== null;
    return isOver && !result.ended ? { ...result, ended: true } : result;
  }

  measured(): Measured {
    const measured = this.#fold.measured();
    if (this.#unreadable === 0) return measured;
    return { ...measured, unreadable: measured.unreadable + this.#unreadable };
  }

  onPiece(piece: unknown, event: string | null): void {
    this.#fold.take(piece, event);
  }

  onDone(): void {
    this.#fold.close();
  }

  onUnreadable(): void {
    this.#unreadable += 1;
  }
}

interface Framing {
  push(bytes: Uint8Array): void;
  end(): void;
}

function isStream(contentType: string): boolean {
  return /event-stream|eventstream|ndjson|jsonl|stream\+json/.test(contentType);
}

function openFold(route: Route, call: CallFacts, contentType: string): AnswerFold {
  // Gemini streams a JSON list when nobody asked for events.
  if (isStream(contentType) || call.request.streaming) return route.openStream(call);
  return foldOfWhole(route, call, /json/.test(contentType));
}

function openFraming(contentType: string, sink: EventSink): Framing {
  if (contentType.includes("vnd.amazon.eventstream")) return new AwsEventStreamReader(sink);
  if (contentType.includes("event-stream")) return new EventStreamReader(sink);
  const onObject = (value: unknown) => sink.onPiece(value, null);
  const onUnreadable = () => sink.onUnreadable();
  if (/ndjson|jsonl|stream\+json/.test(contentType)) return piecewise(new JsonLines(onObject, onUnreadable));
  // Sound, pictures and subtitles are no JSON: nothing of them is kept.
  if (!/json/.test(contentType)) return { push: () => {}, end: () => {} };
  return new MostlyWhole(new JsonText(onObject, onUnreadable));
}

interface TextReader {
  push(text: string): void;
  end(): void;
}

function piecewise(reader: TextReader): Framing {
  const decoder = new TextDecoder();
  return {
    push: (bytes) => reader.push(decoder.decode(bytes, { stream: true })),
    end() {
      reader.push(decoder.decode());
      reader.end();
    },
  };
}

/** Keeps nothing between texts that are whole. */
const wholeDecoder = new TextDecoder();

/** Most answers come in one piece, which needs no decoder that remembers half a character. */
class MostlyWhole implements Framing {
  readonly #reader: TextReader;
  #only: Uint8Array | null = null;
  #pieces: Framing | null = null;

  constructor(reader: TextReader) {
    this.#reader = reader;
  }

  push(bytes: Uint8Array): void {
    if (this.#pieces === null && this.#only === null) {
      this.#only = bytes;
      return;
    }
    if (this.#pieces === null) {
      this.#pieces = piecewise(this.#reader);
      this.#pieces.push(this.#only!);
      this.#only = null;
    }
    this.#pieces.push(bytes);
  }

  end(): void {
    if (this.#pieces !== null) return this.#pieces.end();
    if (this.#only !== null) this.#reader.push(wholeDecoder.decode(this.#only));
    this.#reader.end();
  }
}

/** An answer in one piece. */
function foldOfWhole(route: Route, call: CallFacts, isJson: boolean): AnswerFold {
  let measured: Measured | null = null;
  return {
    take(piece) {
      measured = route.readAnswer(piece, call);
    },
    close() {},
    measured: () => measured ?? (isJson ? blankMeasured() : route.readAnswer(undefined, call)),
  };
}

function foldOfError(call: CallFacts): AnswerFold {
  let body: unknown;
  return {
    take(piece) {
      body = piece;
    },
    close() {},
    measured: () => ({ ...blankMeasured(), error: withAwsType(readError(body, call.status), call), ended: true }),
  };
}

/** AWS gives the type in a header: `ThrottlingException`, perhaps with a colon and an address behind it. */
function withAwsType(error: Measured["error"], call: CallFacts): Measured["error"] {
  const type = call.header("x-amzn-errortype")?.replace(/:.*$/, "");
  return error === null || type === undefined || type === "" ? error : { ...error, type };
}
