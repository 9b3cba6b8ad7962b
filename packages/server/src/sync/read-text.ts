import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/** A file as text, piece by piece; packed ones (`.gz`) are unpacked. Rejects as the file does. */
export async function* readText(path: string, onBytes?: (bytes: number) => void): AsyncIterable<string> {
  const file = createReadStream(path);
  file.on("data", (part) => onBytes?.(part.length));
  const source = path.endsWith(".gz") ? pipeline(file, createGunzip(), () => {}) : file;
  const decoder = new TextDecoder("utf-8", { fatal: false });
  for await (const part of source as AsyncIterable<Buffer>) yield decoder.decode(part, { stream: true });
  yield decoder.decode();
}
