/** What a change was about, for people: a name where its detail has one, else what was changed; the id when nothing else is said. */
export function aboutWhat(detail: unknown): string {
  const parts = [detail, ...WITHIN.map((key) => partOf(detail, key))].filter(isTable);
  for (const key of NAMES) {
    const text = parts.map((part) => part[key]).find((value) => typeof value === "string" && value !== "");
    if (typeof text === "string") return text;
  }
  const changed = Object.keys(partOf(detail, "after") ?? {});
  if (changed.length > 0) return changed.join(", ");
  const id = parts.map((part) => part["id"]).find((value) => typeof value === "string");
  return typeof id === "string" ? id : "";
}

/** Who did it, without the word that says what kind of somebody that is: `person:ada@example.com` → `ada@example.com`. */
export function actorInWords(actor: string): string {
  return actor.replace(/^(person|key):/, "");
}

type Table = Record<string, unknown>;

/** The most telling first. */
const NAMES = ["name", "email", "limit", "model", "provider", "with", "reason"];
/** Where a detail keeps the thing itself. */
const WITHIN = ["after", "before", "limit", "override", "change"];

function partOf(detail: unknown, key: string): Table | null {
  const part = isTable(detail) ? detail[key] : null;
  return isTable(part) ? part : null;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
