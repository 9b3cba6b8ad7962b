import { promptText } from "../estimates/estimates.ts";
import type { RequestSize } from "../limits/worst-case.ts";

/** Up to here a body is parsed to tell its texts from its pictures: a hundred megabytes a second. */
const MAX_PARSED_BYTES = 8 * 1_048_576;
/** Smaller bodies hold no picture that is worth telling apart. */
const LEAST_MEDIA_BYTES = 4_096;
/** What stands around texts: marks, names and ids. */
const AROUND_BYTES = 4_096;
const MEDIA_MARKS = ["base64", "inlineData", "inline_data", '"bytes"', '"images"', "input_audio", "file_data"];
/** Media whose tokens grow with their length. */
const LONG_MEDIA_MARKS = ["application/pdf", "audio/", "video/", "input_audio"];
const CACHE_MARKS = ["cache_control", "cachePoint"];
const SEARCH_MARKS = ["web_search", "googleSearch", "google_search"];

/**
 * How much a request gives to read. `bytes` is its body as far as it is in memory, `totalBytes` all of it. Anything that is not JSON
 * is sound or a picture in a form.
 */
export function sizeOfRequest(bytes: Buffer, totalBytes: number, contentType: string | null): RequestSize {
  const marks = {
    cacheWrites: cacheWritesOf(bytes),
    maySearch: SEARCH_MARKS.some((mark) => bytes.includes(mark)),
  };
  if (contentType?.includes("multipart/") === true) {
    return { textBytes: AROUND_BYTES, pictures: 0, mediaBytes: totalBytes, ...marks };
  }
  const isAllText = totalBytes < LEAST_MEDIA_BYTES || totalBytes > MAX_PARSED_BYTES || !hasMedia(bytes);
  if (isAllText) return { textBytes: totalBytes, pictures: 0, mediaBytes: 0, ...marks };
  return { ...withoutMedia(bytes), ...marks };
}

/** Whether all of a request is text, as far as its bytes are. */
export function hasMedia(bytes: Buffer): boolean {
  return MEDIA_MARKS.some((mark) => bytes.includes(mark));
}

function cacheWritesOf(bytes: Buffer): RequestSize["cacheWrites"] {
  if (!CACHE_MARKS.some((mark) => bytes.includes(mark))) return "none";
  return bytes.includes('"1h"') ? "long" : "short";
}

function withoutMedia(bytes: Buffer): Pick<RequestSize, "textBytes" | "pictures" | "mediaBytes"> {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString("utf8"));
  } catch {
    return { textBytes: bytes.length, pictures: 0, mediaBytes: 0 };
  }
  const { characters, sample, uncountable = 0 } = promptText(body);
  const bytesPerCharacter = sample === "" ? 1 : Buffer.byteLength(sample) / sample.length;
  const textBytes = Math.min(bytes.length, Math.ceil(characters * bytesPerCharacter) + AROUND_BYTES);
  if (LONG_MEDIA_MARKS.some((mark) => bytes.includes(mark))) {
    return { textBytes, pictures: 0, mediaBytes: bytes.length - textBytes };
  }
  return { textBytes, pictures: uncountable, mediaBytes: 0 };
}
