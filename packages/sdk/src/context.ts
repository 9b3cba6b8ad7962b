/** Whose call it is, and what it is for. Everything that several calls have in common. */
export interface CallContext {
  user?: string | null | undefined;
  team?: string | null | undefined;
  project?: string | null | undefined;
  customer?: string | null | undefined;
  agent?: string | null | undefined;
  /** What the call is for, for example `planning.propose`. */
  activity?: string | null | undefined;
  /** Group of activities; default: the activity up to its first dot. */
  category?: string | null | undefined;
  session?: string | null | undefined;
  trace?: string | null | undefined;
  span?: string | null | undefined;
  environment?: string | null | undefined;
  /** Name or id of the API key used, never the key. */
  credential?: string | null | undefined;
  /** Any keys of your own, each with one value: `story`, `epic`, `plan`, …; at most 32. */
  tags?: Record<string, string | null> | null | undefined;
}

/** Both contexts in one: what the inner one says wins, and tags are put together. */
export function mergeContext(outer: CallContext | undefined, inner: CallContext): CallContext {
  if (outer === undefined) return inner;
  const merged = { ...outer };
  for (const name of CONTEXT_FIELDS) if (inner[name] != null) (merged as Record<string, unknown>)[name] = inner[name];
  if (outer.tags && inner.tags) merged.tags = { ...outer.tags, ...inner.tags };
  return merged;
}

/** Every field of a context. */
export const CONTEXT_FIELDS = [
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "category",
  "session",
  "trace",
  "span",
  "environment",
  "credential",
  "tags",
] as const satisfies readonly (keyof CallContext)[];
