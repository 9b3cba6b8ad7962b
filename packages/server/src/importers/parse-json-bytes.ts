/** The JSON value; undefined when it is none. Says nothing of what the bytes contain: V8's own words would quote them. */
export function parseJsonBytes(bytes: Buffer): unknown {
  try {
    return JSON.parse(withoutMark(bytes).toString("utf8"));
  } catch {
    return undefined;
  }
}

export function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** Without the byte order mark of UTF-8, which some editors write. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
