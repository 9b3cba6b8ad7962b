import { crc32 } from "node:zlib";

const TEXT_TYPE = 7;

/**
 * One message of AWS's event stream: lengths and their checksum, headers, payload, checksum of all.
 * https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html (checked 2026-11-22)
 */
export function awsMessage(kind: "event" | "exception", type: string, payload: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(payload));
  const headers = Buffer.concat([
    header(`:${kind}-type`, type),
    header(":content-type", "application/json"),
    header(":message-type", kind),
  ]);
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(8 + 4 + headers.length + body.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  const unchecked = Buffer.concat([prelude, checksum(prelude), headers, body]);
  return Buffer.concat([unchecked, checksum(unchecked)]);
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
