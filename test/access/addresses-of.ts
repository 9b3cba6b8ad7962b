import type { Operation } from "./organisation.ts";

/** For `{name}` in a path: of one's own, of others, shared, and of nobody. */
const PATH_VALUES: Record<string, string[]> = {
  id: [
    ...["alice", "bob", "dave"].flatMap((name) => [`mark-${name}-event-1`, `mark-${name}-session`, `u-${name}`]),
    "mark-alice-agent",
    "mark-bob-agent",
    "shared-session",
    "shared-agent",
    "nobody",
  ],
  agentId: ["mark-alice-agent", "mark-bob-agent", "shared-agent"],
  storyId: ["mark-alice-story", "mark-bob-story", "shared-story"],
  key: ["story"],
  value: ["mark-alice-story", "mark-bob-story", "shared-story"],
};

/** For parameters of these names, one after the other. */
const QUERY_VALUES: Record<string, string[]> = {
  period: ["all", "7d", "month"],
  by: ["user,day", "session", "model", "tag:story", "agent,model", "user,hour&period=today"],
  metrics: ["cost,calls,tokens,sessions,users,errorRate,p95DurationMs"],
  filter: ["user:u-bob", "user:u-alice", "!user:u-alice", "user:", "session:shared-session", "user:*", "tag:story:*"],
  compare: ["previous"],
  include: ["byUser,byTag:story"],
  format: ["csv", "json", "jsonl"],
  user: ["u-bob", "u-alice"],
  userId: ["u-bob", "u-alice"],
  kind: ["payment_fee"],
  order: ["cost", "recent"],
  limit: ["1", "500"],
  view: ["summary", "daily", "top-users", "projection"],
  dimension: ["user", "model", "session", "agent", "project", "tag:story", "credential", "category"],
  granularity: ["hourly"],
  sessionId: ["shared-session", "mark-bob-session"],
  lastEventId: ["0"],
};
/** They need more than one parameter at once. */
const ALWAYS: Record<string, string> = {
  "/api/v1/values": "dimension=user",
  "/api/v1/prices/match": "provider=openai&model=gpt-4o",
  "/api/v1/insights/variants": "dimension=model&a=gpt-4o&b=gpt-4o-mini",
  "/api/v1/prices/history": "provider=openai&model=gpt-4o",
};

/** Addresses of an operation, with each of its parameters in turn. */
export function addressesOf({ path, parameters }: Operation): string[] {
  const paths = [...path.matchAll(/\{(.+?)\}/g)].reduce(
    (made, [place, name]) =>
      made.flatMap((text) => (PATH_VALUES[name!] ?? ["nothing"]).map((value) => text.replace(place, value))),
    [path],
  );
  const queries = parameters
    .filter((parameter) => parameter.in === "query")
    .flatMap(({ name }) => (QUERY_VALUES[name] ?? []).map((value) => `${name}=${value}`));
  const always = ALWAYS[path];
  return paths.flatMap((address) =>
    [...(always === undefined ? [""] : [always]), ...queries].map((query) => `${address}?${query}`),
  );
}
