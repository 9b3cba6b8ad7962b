import { crc32 } from "node:zlib";

/** How a case of `catalogue/cases/providers` writes down what came over the wire. */
export interface RecordedAnswer {
  status?: number;
  headers?: Record<string, string>;
  contentType?: string;
  /** JSON. A text such as `*3000000` stands for so many characters. */
  body?: unknown;
  /** As it came, for what was cut. */
  text?: string;
  /** So many bytes of sound or pictures. */
  bytes?: number;
  /** Server-sent events: `data` is JSON or text, `raw` stands as it is. */
  events?: { event?: string; data?: unknown; raw?: string }[];
  /** One JSON object a line. */
  lines?: unknown[];
  /** AWS's event stream: an event, an exception, or a model maker's chunk in Base64. */
  messages?: { event?: string; exception?: string; data?: unknown; chunk?: unknown }[];
  /** The connection broke behind it. */
  cut?: boolean;
}

/** The bytes of a recorded answer, and their content type. */
export function recordedBytes(answer: RecordedAnswer): { bytes: Uint8Array; contentType: string } {
  const { contentType } = answer;
  if (answer.events !== undefined) {
    return { bytes: encode(answer.events.map(eventText).join("")), contentType: contentType ?? "text/event-stream" };
  }
  if (answer.lines !== undefined) {
    const text = answer.lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    return { bytes: encode(text), contentType: contentType ?? "application/x-ndjson" };
  }
  if (answer.messages !== undefined) {
    return { bytes: Buffer.concat(answer.messages.map(awsMessage)), contentType: "application/vnd.amazon.eventstream" };
  }
  if (answer.bytes !== undefined) {
    return { bytes: new Uint8Array(answer.bytes), contentType: contentType ?? "application/octet-stream" };
  }
  const json = answer.text ?? JSON.stringify(answer.body).replace(/"\*(\d+)"/g, (_, n) => `"${"A".repeat(Number(n))}"`);
  return { bytes: encode(json), contentType: contentType ?? "application/json" };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function eventText({ event, data, raw }: { event?: string; data?: unknown; raw?: string }): string {
  if (raw !== undefined) return raw;
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

function awsMessage(message: NonNullable<RecordedAnswer["messages"]>[number]): Buffer {
  const chunk = message.chunk === undefined ? undefined : Buffer.from(JSON.stringify(message.chunk)).toString("base64");
  const payload = Buffer.from(JSON.stringify(chunk === undefined ? message.data : { bytes: chunk, p: "abcdef" }));
  const headers = Buffer.concat([
    textHeader(":message-type", message.exception === undefined ? "event" : "exception"),
    message.exception === undefined
      ? textHeader(":event-type", message.event ?? "chunk")
      : textHeader(":exception-type", message.exception),
    textHeader(":content-type", "application/json"),
  ]);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + headers.length + payload.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const unchecked = Buffer.concat([prelude, headers, payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(unchecked), 0);
  return Buffer.concat([unchecked, checksum]);
}

function textHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), Buffer.from([7]), length, Buffer.from(value)]);
}
