/** No chunk with usage alone is as large; what is larger goes on as it comes. */
const MAX_EVENT_BYTES = 65_536;
const NOTHING = new Uint8Array();

/**
 * Makes a stream that was asked for usage look as if it had not been: takes out the chunk that holds usage alone, and
 * the `"usage":null` of all others. Everything else goes on as it came, once an event is whole.
 */
export class UsageChunkFilter {
  readonly #isUsageOnly: (data: string) => boolean;
  // One character for each byte, so that positions in the text are positions in the bytes.
  readonly #bytesAsText = new TextDecoder("latin1");
  #pending = NOTHING;
  #isPassing = false;
  /** The last event ended with a CR at the end of a piece: an LF that comes next belongs to it. */
  #mayHaveLineFeed = false;
  #wasTakenOut = false;

  constructor(isUsageOnly: (data: string) => boolean) {
    this.#isUsageOnly = isUsageOnly;
  }

  /** The bytes that go on; may be none. */
  push(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return NOTHING;
    const all = joined([this.#pending, bytes]);
    const text = this.#bytesAsText.decode(all);
    const kept: Uint8Array[] = [];
    const first = this.#mayHaveLineFeed && text.startsWith("\n") ? 1 : 0;
    if (!this.#wasTakenOut) kept.push(all.subarray(0, first));
    this.#mayHaveLineFeed = false;
    let from = first;
    for (const { index, 0: end } of text.slice(first).matchAll(EVENT_END)) {
      const to = first + index + end.length;
      const event = all.subarray(from, to);
      const rest = this.#isPassing ? event : this.#withoutUsage(event);
      kept.push(rest);
      this.#isPassing = false;
      this.#wasTakenOut = rest.length === 0;
      this.#mayHaveLineFeed = to === all.length && end.endsWith("\r");
      from = to;
    }
    this.#pending = all.slice(from);
    if (this.#isPassing || this.#pending.length > MAX_EVENT_BYTES) {
      this.#isPassing = true;
      kept.push(this.#pending);
      this.#pending = NOTHING;
    }
    return joined(kept);
  }

  /** What was held of an event that did not end; clients may read it all the same. */
  end(): Uint8Array {
    const rest = this.#pending;
    this.#pending = NOTHING;
    return this.#withoutUsage(rest);
  }

  #withoutUsage(event: Uint8Array): Uint8Array {
    const text = new TextDecoder().decode(event);
    if (!text.includes('"usage"')) return event;
    if (this.#isUsageOnly(text)) return NOTHING;
    // Inside a text of the model the quotes would be escaped.
    const without = text.replace(/,\s*"usage"\s*:\s*null(?=\s*[,}])/, "");
    return without.length === text.length ? event : new TextEncoder().encode(without);
  }
}

/** An empty line, with line ends of any kind. */
const EVENT_END = /(?:\r\n|\n|\r(?!\n)){2}/g;

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
