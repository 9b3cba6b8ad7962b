/** Whose session a cookie is, remembered for a moment: every request asks. Changes in this process are known at once. */
export interface SessionCache {
  /** undefined: not known; null: nobody's. */
  get(cookie: string): string | null | undefined;
  /** What `find` began before the last `forget` may be over already, so it is not kept. */
  find(cookie: string, find: () => Promise<string | null>): Promise<string | null>;
  forget(): void;
}

/** Its name ends with this; in front of it may stand `__Secure-`. */
const SESSION_COOKIE = "outlay.session_token";

const LIFETIME_MS = 60_000;
const MAX_ENTRIES = 10_000;

interface Entry {
  personId: string | null;
  untilMs: number;
}

export function openSessionCache(now: () => number): SessionCache {
  const entries = new Map<string, Entry>();
  let generation = 0;
  const get = (cookie: string): string | null | undefined => {
    const entry = entries.get(cookie);
    return entry === undefined || entry.untilMs <= now() ? undefined : entry.personId;
  };
  return {
    get,
    async find(cookie, find) {
      const known = get(cookie);
      if (known !== undefined) return known;
      const began = generation;
      const personId = await find();
      if (began === generation) {
        if (entries.size >= MAX_ENTRIES) entries.clear();
        entries.set(cookie, { personId, untilMs: now() + LIFETIME_MS });
      }
      return personId;
    },
    forget() {
      generation++;
      entries.clear();
    },
  };
}

/** The value of the session's cookie in the header Cookie; null: there is none. */
export function sessionCookieOf(headers: Headers): string | null {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && pair.slice(0, equals).trim().endsWith(SESSION_COOKIE)) return pair.slice(equals + 1).trim();
  }
  return null;
}
