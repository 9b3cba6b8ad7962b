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
  const contentType = call.header("content-type") ?? "";
  const fold = call.status >= 400 ? foldOfError(call) : openFold(route, call, contentType);
  let unreadable = 0;
  const sink: EventSink = {
    onPiece: (piece, event) => fold.take(piece, event),
    onDone: () => fold.close(),
    onUnreadable: () => (unreadable += 1),
  };
  const framing = openFraming(contentType, sink);
  const measured = () => withUnreadable(fold.measured(), unreadable);
  return {
    push: (bytes) => framing.push(bytes),
    end(options = {}) {
      framing.end();
      const result = measured();
      // Some streams say why the model stopped, and then just end.
      return options.cut !== true && result.stopReason !== null ? { ...result, ended: true } : result;
    },
    measured,
  };
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
  return mostlyWhole(new JsonText(onObject, onUnreadable));
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
function mostlyWhole(reader: TextReader): Framing {
  let only: Uint8Array | null = null;
  let pieces: Framing | null = null;
  return {
    push(bytes) {
      if (pieces === null && only === null) {
        only = bytes;
        return;
      }
      if (pieces === null) {
        pieces = piecewise(reader);
        pieces.push(only!);
        only = null;
      }
      pieces.push(bytes);
    },
    end() {
      if (pieces !== null) return pieces.end();
      if (only !== null) reader.push(wholeDecoder.decode(only));
      reader.end();
    },
  };
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

function withUnreadable(measured: Measured, unreadable: number): Measured {
  return unreadable === 0 ? measured : { ...measured, unreadable: measured.unreadable + unreadable };
}
