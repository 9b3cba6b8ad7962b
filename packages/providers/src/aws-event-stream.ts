import type { EventSink } from "./event-stream.ts";
import { JsonText } from "./json-text.ts";

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The most that AWS allows for the headers of one message. */
const MAX_HEADER_BYTES = 131_072;
/** The most that AWS allows for one message: 16 MiB of payload with its headers. */
const MAX_MESSAGE_BYTES = 16_777_216 + MAX_HEADER_BYTES + PRELUDE_BYTES + CHECKSUM_BYTES;
const STRING_TYPE = 7;
/** Lengths of header values by type: two booleans, byte, 16, 32, 64 bits, then bytes, text, time, uuid. */
const VALUE_BYTES = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];

/**
 * Reads `application/vnd.amazon.eventstream`: messages of length, headers, payload and checksum. The payload of each is JSON, its event
 * is the header `:event-type`, or `:exception-type`. Checksums are not checked: TLS has done so.
 * https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html (checked 2026-11-22)
 */
export class AwsEventStreamReader {
  readonly #sink: EventSink;
  /** Prelude and headers of the message being read, until they are whole. */
  #head = new Uint8Array(0);
  #payloadBytesLeft = 0;
  #checksumBytesLeft = 0;
  #payload: JsonText | null = null;
  #decoder = new TextDecoder();
  #isLost = false;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && !this.#isLost) {
      if (this.#payload !== null) rest = this.#readPayload(rest);
      else if (this.#checksumBytesLeft > 0) rest = this.#skipChecksum(rest);
      else rest = this.#readHead(rest);
    }
  }

  /** No more comes. A message that was cut is unreadable. */
  end(): void {
    const isCut = this.#payload !== null || this.#head.length > 0;
    if (isCut && !this.#isLost) this.#sink.onUnreadable();
    this.#isLost = true;
  }

  #readHead(bytes: Uint8Array): Uint8Array {
    const wanted = this.#head.length < PRELUDE_BYTES ? PRELUDE_BYTES : this.#headBytes();
    const taken = bytes.subarray(0, wanted - this.#head.length);
    this.#head = joined(this.#head, taken);
    if (this.#head.length === PRELUDE_BYTES && !this.#isPlausible()) {
      this.#isLost = true;
      this.#sink.onUnreadable();
      return bytes.subarray(taken.length);
    }
    if (this.#head.length >= PRELUDE_BYTES && this.#head.length === this.#headBytes()) this.#beginPayload();
    return bytes.subarray(taken.length);
  }

  #prelude(): { messageBytes: number; headerBytes: number } {
    const view = new DataView(this.#head.buffer, this.#head.byteOffset, this.#head.length);
    return { messageBytes: view.getUint32(0), headerBytes: view.getUint32(4) };
  }

  #headBytes(): number {
    return PRELUDE_BYTES + this.#prelude().headerBytes;
  }

  #isPlausible(): boolean {
    const { messageBytes, headerBytes } = this.#prelude();
    return (
      headerBytes <= MAX_HEADER_BYTES &&
      messageBytes <= MAX_MESSAGE_BYTES &&
      messageBytes >= PRELUDE_BYTES + headerBytes + CHECKSUM_BYTES
    );
  }

  #beginPayload(): void {
    const { messageBytes } = this.#prelude();
    const headers = readHeaders(this.#head.subarray(PRELUDE_BYTES));
    const event = headers.get(":exception-type") ?? headers.get(":event-type") ?? null;
    this.#payloadBytesLeft = messageBytes - this.#headBytes() - CHECKSUM_BYTES;
    this.#head = new Uint8Array(0);
    this.#decoder = new TextDecoder();
    this.#payload = new JsonText(
      (piece) => this.#sink.onPiece(piece, event),
      () => this.#sink.onUnreadable(),
    );
    if (this.#payloadBytesLeft === 0) this.#endPayload();
  }

  #readPayload(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, this.#payloadBytesLeft);
    this.#payload!.push(this.#decoder.decode(taken, { stream: true }));
    this.#payloadBytesLeft -= taken.length;
    if (this.#payloadBytesLeft === 0) this.#endPayload();
    return bytes.subarray(taken.length);
  }

  #endPayload(): void {
    this.#payload!.end();
    this.#payload = null;
    this.#checksumBytesLeft = CHECKSUM_BYTES;
  }

  #skipChecksum(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, this.#checksumBytesLeft);
    this.#checksumBytesLeft -= taken.length;
    return bytes.subarray(taken.length);
  }
}

/** The text headers of one message; values of other types are passed over. */
function readHeaders(bytes: Uint8Array): Map<string, string> {
  const headers = new Map<string, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decode = (from: number, length: number) => new TextDecoder().decode(bytes.subarray(from, from + length));
  let position = 0;
  while (position + 2 < bytes.length) {
    const nameBytes = bytes[position]!;
    const name = decode(position + 1, nameBytes);
    position += 1 + nameBytes;
    const type = bytes[position]!;
    position += 1;
    const fixedBytes = VALUE_BYTES[type];
    if (fixedBytes === undefined || position + 2 > bytes.length) return headers;
    const valueBytes = fixedBytes < 0 ? view.getUint16(position) : fixedBytes;
    if (fixedBytes < 0) position += 2;
    if (type === STRING_TYPE) headers.set(name, decode(position, valueBytes));
    position += valueBytes;
  }
  return headers;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
