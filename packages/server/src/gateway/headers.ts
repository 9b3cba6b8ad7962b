/** Belong to one connection, not to the message (RFC 9110, section 7.6.1), or are made anew for the next one. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);
/** Our own client of the provider makes these; `expect` has been answered when the body comes. */
const MADE_ANEW = new Set(["host", "content-length", "expect"]);

/** What is to be different in the headers that go to the provider. */
export interface HeaderChanges {
  /** Names in lower case that are left out. */
  without: Set<string>;
  /** Name and value, one after the other. */
  added: string[];
}

/**
 * The headers that go to the provider: as the client wrote them, in its order, without those of the connection and
 * without ours.
 */
export function headersForProvider(rawHeaders: string[], changes: HeaderChanges | null): string[] {
  const forwarded: string[] = [];
  let named: Set<string> | null = null;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    const lower = lowerCase(name);
    if (HOP_BY_HOP.has(lower)) {
      if (lower === "connection") named = withNamed(named, rawHeaders[i + 1]!);
      continue;
    }
    if (MADE_ANEW.has(lower) || lower.startsWith("x-outlay-")) continue;
    if (changes !== null && changes.without.has(lower)) continue;
    const value = lower === "cookie" ? withoutOurCookies(rawHeaders[i + 1]!) : rawHeaders[i + 1]!;
    if (value !== null) forwarded.push(name, value);
  }
  if (changes !== null) forwarded.push(...changes.added);
  return named === null ? forwarded : withoutNames(forwarded, named);
}

/** The headers of an answer as the provider wrote them: casing, order and repeats. */
export class AnswerHeaders {
  /** Name and value, one after the other. */
  readonly #texts: string[];
  /** In lower case. */
  readonly #names: string[] = [];

  constructor(raw: Buffer[]) {
    this.#texts = raw.map((bytes) => bytes.toString("latin1"));
    for (let i = 0; i < raw.length; i += 2) this.#names.push(lowerCase(this.#texts[i]!));
  }

  /** `name` in lower case. Those that come more than once are joined; null: it does not come. */
  get(name: string): string | null {
    let found: string | null = null;
    for (let i = 0; i < this.#names.length; i += 1) {
      if (this.#names[i] !== name) continue;
      const value = this.#texts[2 * i + 1]!;
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  /** Without those of the connection, and without some others, in lower case. */
  forClient(without: ReadonlySet<string>): string[] {
    const forwarded: string[] = [];
    let named: Set<string> | null = null;
    for (let i = 0; i < this.#names.length; i += 1) {
      const lower = this.#names[i]!;
      const value = this.#texts[2 * i + 1]!;
      if (HOP_BY_HOP.has(lower)) {
        if (lower === "connection") named = withNamed(named, value);
      } else if (!without.has(lower)) {
        forwarded.push(this.#texts[2 * i]!, value);
      }
    }
    return named === null ? forwarded : withoutNames(forwarded, named);
  }
}

const OUR_COOKIE = /^\s*(__\w+-)?outlay\./;

/** A browser adds the cookies of a session here to all that our pages send: they are not for providers. null: nothing is left. */
function withoutOurCookies(value: string): string | null {
  const pairs = value.split(";");
  const others = pairs.filter((pair) => !OUR_COOKIE.test(pair));
  if (others.length === pairs.length) return value;
  return others.length === 0 ? null : others.join(";").trim();
}

/** Names that the header `connection` declares to be of the connection, too. */
function withNamed(named: Set<string> | null, value: string): Set<string> | null {
  const lower = value.toLowerCase();
  if (lower === "keep-alive" || lower === "close") return named;
  const names = lower.split(",").map((name) => name.trim());
  return new Set([...(named ?? []), ...names]);
}

function withoutNames(headers: string[], names: Set<string>): string[] {
  return headers.filter((_, index) => !names.has(lowerCase(headers[index - (index % 2)]!)));
}

/** The same few names come with every call: looking them up is cheaper than making new strings. */
const lowerCased = new Map<string, string>();
const MAX_REMEMBERED = 1_000;

function lowerCase(name: string): string {
  const known = lowerCased.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  if (lowerCased.size < MAX_REMEMBERED) lowerCased.set(name, lower);
  return lower;
}
