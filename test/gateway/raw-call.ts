import { connect } from "node:net";

/** What a client gets, byte for byte. */
export interface RawAnswer {
  statusLine: string;
  /** Name and value as they came, in their order. */
  headers: [string, string][];
  /** Without the framing of chunks. */
  body: Buffer;
  trailers: [string, string][];
  /** `end`: the body was whole. `cut`: it was not, however the connection ended. */
  end: "end" | "cut";
}

/** Of the connection, not of the message; the next hop makes its own. */
const OF_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "date"]);

/** Sends a request over a bare socket and reads the answer. `path` may be anything. */
export async function rawCall(
  url: string,
  request: { method?: string; path: string; host?: string; headers?: [string, string][]; body?: string },
): Promise<RawAnswer> {
  const { port, hostname } = new URL(url);
  const { method = "POST", path, host = new URL(url).host, headers = [], body = "" } = request;
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    "Connection: close",
  ];
  const socket = connect(Number(port), hostname);
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`, "latin1");
  const parts: Buffer[] = [];
  await new Promise<void>((resolve) => {
    socket.on("data", (bytes: Buffer) => parts.push(bytes));
    socket.on("error", () => {});
    socket.on("close", () => resolve());
  });
  return parseAnswer(Buffer.concat(parts), method);
}

/** Value of a header of an answer. */
export function headerOf(headers: RawAnswer["headers"], name: string): string | undefined {
  return headers.find(([found]) => found.toLowerCase() === name)?.[1];
}

/** What of an answer is the message: `date` only where the provider gave one. */
export function messageOf(answer: RawAnswer, ours: string[] = []) {
  const without = new Set([...OF_CONNECTION, ...ours]);
  return { ...answer, headers: answer.headers.filter(([name]) => !without.has(name.toLowerCase())) };
}

function parseAnswer(bytes: Buffer, method: string): RawAnswer {
  const headEnd = bytes.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = bytes.subarray(0, Math.max(0, headEnd)).toString("latin1").split("\r\n");
  const headers = lines.map(pairOf);
  const rest = bytes.subarray(headEnd + 4);
  const find = (name: string) => headerOf(headers, name);
  if (headEnd >= 0 && (method === "HEAD" || /^HTTP\/1\.1 (204|304)/.test(statusLine))) {
    return { statusLine, headers, body: rest, trailers: [], end: "end" };
  }
  if (find("transfer-encoding") === "chunked") return { statusLine, headers, ...dechunked(rest) };
  const length = find("content-length");
  const isWhole = headEnd >= 0 && (length === undefined || rest.length === Number(length));
  return { statusLine, headers, body: rest, trailers: [], end: isWhole ? "end" : "cut" };
}

function dechunked(bytes: Buffer): Pick<RawAnswer, "body" | "trailers" | "end"> {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) break;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    at = lineEnd + 2;
    if (size === 0) {
      const lines = bytes.subarray(at).toString("latin1").split("\r\n").filter(Boolean);
      return { body: Buffer.concat(parts), trailers: lines.map(pairOf), end: "end" };
    }
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
  return { body: Buffer.concat(parts), trailers: [], end: "cut" };
}

function pairOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
