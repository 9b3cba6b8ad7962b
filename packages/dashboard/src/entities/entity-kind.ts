/** What a page of users, agents or work items is about. */
export interface EntityKind {
  /** `user`, `agent`, `tag:story`. */
  dimension: string;
  /** The page's heading. */
  title: string;
  /** In the middle of a sentence: `user`, `users`. */
  one: string;
  many: string;
  /** The value as it is shown; filters and addresses keep the value itself. */
  nameOf: (value: string) => string;
  /** What one of them is split by. */
  splits: readonly string[];
  /** Those of them whose sums are kept, so that they are quick for any number of calls. */
  keptSplits: readonly string[];
  /** Sessions are kept by these; of others they are found among the calls. */
  sessionsBy: "user" | "agent" | null;
}

/** How a name is shown that was given by a program: `deep-research` → `Deep-research`. */
export function capitalised(name: string): string {
  const [first = ""] = name;
  return first.toLocaleUpperCase("en") + name.slice(first.length);
}

/** `story` → `stories`, `agent_loop` → `agent loops`. */
export function pluralOf(key: string): string {
  const words = key.replaceAll("_", " ");
  if (/[^aeiou]y$/i.test(words)) return `${words.slice(0, -1)}ies`;
  return `${words}${/(s|x|z|ch|sh)$/i.test(words) ? "es" : "s"}`;
}
