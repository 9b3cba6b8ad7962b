import type { RequestFacts } from "@outlay/providers";
import type { CallContext } from "./context.ts";

/** Fields that a header `x-outlay-…` or an entry of the request's `metadata` may give. */
const NAMES = [
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "category",
  "session",
  "environment",
] as const satisfies readonly (keyof CallContext)[];

/** Whose call it is, as its request says: `user` and `metadata` of the provider's own API. */
export function contextOfRequest(facts: RequestFacts): CallContext {
  const { user, session, ...others } = contextOfPairs(facts.tags);
  return { ...others, user: facts.user ?? user, session: facts.session ?? session };
}

/** What others call a user and a session. */
const OTHER_WORDS: Record<string, (typeof NAMES)[number]> = {
  user_id: "user",
  userId: "user",
  session_id: "session",
  sessionId: "session",
  thread_id: "session",
  conversation_id: "session",
};

/** A context from keys and values of somebody's own: names of ours are its fields, all others tags. */
export function contextOfPairs(pairs: Record<string, string>): CallContext {
  const context: CallContext = {};
  const tags: Record<string, string> = {};
  for (const [key, value] of Object.entries(pairs)) {
    const name = NAMES.find((known) => known === key) ?? OTHER_WORDS[key];
    if (name === undefined) tags[key] = value;
    else context[name] ??= value;
  }
  if (Object.keys(tags).length > 0) context.tags = tags;
  return context;
}

const PREFIX = "x-outlay-";

/**
 * What `x-outlay-…` headers say of one call, as the gateway reads them: `x-outlay-user`, `x-outlay-tags: story=st-9,epic=ep-2`.
 * Null when there are none.
 */
export function contextOfHeaders(headers: Headers): CallContext | null {
  if (!hasOutlayHeaders(headers)) return null;
  const context: CallContext = {};
  for (const name of NAMES) {
    const value = headers.get(PREFIX + name);
    if (value !== null && value !== "") context[name] = value;
  }
  const tags = headers.get(`${PREFIX}tags`);
  if (tags !== null) context.tags = tagsOf(tags);
  return context;
}

/** The same headers without ours, which are none of the provider's business. */
export function withoutOutlayHeaders(headers: Headers): Headers {
  const others = new Headers(headers);
  for (const name of headers.keys()) if (name.startsWith(PREFIX)) others.delete(name);
  return others;
}

function hasOutlayHeaders(headers: Headers): boolean {
  for (const name of headers.keys()) if (name.startsWith(PREFIX)) return true;
  return false;
}

/** `key=value,key=value`, or a JSON object. */
function tagsOf(value: string): Record<string, string> {
  if (!value.trim().startsWith("{")) {
    const pairs = value.split(",").map((pair) => [pair, pair.indexOf("=")] as const);
    return Object.fromEntries(
      pairs.filter(([, at]) => at > 0).map(([pair, at]) => [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]),
    );
  }
  const parsed = JSON.parse(value) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(parsed).map(([key, tag]) => [key, String(tag)]));
}
