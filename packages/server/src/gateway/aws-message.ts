import { crc32 } from "node:zlib";
import type { StreamPiece } from "./closing-pieces.ts";

const TEXT_TYPE = 7;
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The name of the header and the type of its value; then come two bytes of length, and the value. */
const EVENT_TYPE = Buffer.from(`:event-type${String.fromCharCode(TEXT_TYPE)}`);

/**
 * One message of AWS's event stream: lengths and their checksum, headers, payload, checksum of all.
 * https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html (checked 2026-11-22)
 */
export function awsMessage(event: string, payload: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(payload));
  const headers = Buffer.concat([
    header(":event-type", event),
    header(":content-type", "application/json"),
    header(":message-type", "event"),
  ]);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(PRELUDE_BYTES + headers.length + body.length + CHECKSUM_BYTES, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const unchecked = Buffer.concat([lengths, checksum(lengths), headers, body]);
  return Buffer.concat([unchecked, checksum(unchecked)]);
}

/** The event and the JSON of one message that went through unchanged; null: it has none. */
export function readAwsMessage(message: Buffer): StreamPiece | null {
  try {
    const headersEnd = PRELUDE_BYTES + message.readUInt32BE(4);
    const event = eventType(message.subarray(PRELUDE_BYTES, headersEnd));
    return {
      event,
      data: JSON.parse(message.toString("utf8", headersEnd, message.length - CHECKSUM_BYTES)) as unknown,
    };
  } catch {
    return null;
  }
}

function eventType(headers: Buffer): string | null {
  const name = headers.indexOf(EVENT_TYPE);
  if (name < 0) return null;
  const start = name + EVENT_TYPE.length + 2;
  return headers.toString("utf8", start, start + headers.readUInt16BE(start - 2));
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.of(TEXT_TYPE), length, Buffer.from(value)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
