const LF = 10;
const CR = 13;
/** No chunk with usage alone is as large; what is larger goes on as it comes. */
const MAX_EVENT_BYTES = 65_536;
const NOTHING = Buffer.alloc(0);

/**
 * Takes the events out of a stream that are there only because the gateway asked for usage. Everything else goes on as
 * it came, byte for byte, as soon as an event is whole. The stream may be cut anywhere.
 */
export class UsageChunkFilter {
  readonly #isUsageOnly: (data: string) => boolean;
  /** The event that has not ended yet. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  /** The event is too large to be held; its rest goes on. */
  #isPassing = false;
  /** Nothing has come since the last line end. */
  #isLineEmpty = true;
  #afterReturn = false;
  /** A CR ended an event: the LF that may follow belongs to it, and shares its fate. */
  #wasTaken: boolean | null = null;

  constructor(isUsageOnly: (data: string) => boolean) {
    this.#isUsageOnly = isUsageOnly;
  }

  /** The bytes that go on; may be none. */
  push(bytes: Buffer): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    for (let i = 0; i < bytes.length; i += 1) {
      const byte = bytes[i]!;
      if (byte === LF && this.#afterReturn) {
        // the second half of a CRLF
        this.#afterReturn = false;
        if (this.#wasTaken === null) continue;
        if (!this.#wasTaken) kept.push(bytes.subarray(i, i + 1));
        this.#wasTaken = null;
        from = i + 1;
        continue;
      }
      this.#wasTaken = null;
      this.#afterReturn = byte === CR;
      if (byte !== LF && byte !== CR) {
        this.#isLineEmpty = false;
        continue;
      }
      if (!this.#isLineEmpty) {
        this.#isLineEmpty = true;
        continue;
      }
      const isTaken = this.#endEvent(bytes.subarray(from, i + 1), kept);
      from = i + 1;
      if (byte === CR) this.#wasTaken = isTaken;
    }
    if (from < bytes.length) this.#hold(bytes.subarray(from), kept);
    return joined(kept);
  }

  /** What was held of an event that did not end; clients may read it all the same. */
  end(): Buffer {
    const rest = joined(this.#pending);
    this.#pending = [];
    return this.#isUsageOnly(dataOf(rest)) ? NOTHING : rest;
  }

  #hold(bytes: Buffer, kept: Buffer[]): void {
    if (this.#isPassing) {
      kept.push(bytes);
      return;
    }
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes <= MAX_EVENT_BYTES) return;
    this.#isPassing = true;
    kept.push(...this.#pending);
    this.#forget();
  }

  /** True: it was taken out. */
  #endEvent(last: Buffer, kept: Buffer[]): boolean {
    if (this.#isPassing) {
      this.#isPassing = false;
      kept.push(last);
      return false;
    }
    const event = this.#pending.length === 0 ? last : Buffer.concat([...this.#pending, last]);
    this.#forget();
    if (this.#isUsageOnly(dataOf(event))) return true;
    kept.push(event);
    return false;
  }

  #forget(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

/** The data of one event. Only ASCII is looked for in it, so characters need not be put together. */
function dataOf(event: Buffer): string {
  if (!event.includes("usage")) return "";
  return event
    .toString("latin1")
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5))
    .join("\n");
}

function joined(parts: Buffer[]): Buffer {
  if (parts.length === 0) return NOTHING;
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
