/** The reviewer of Codex names itself only so; which model it was follows from the day. Source: ccusage. */
const REVIEWER = "codex-auto-review";

const REVIEWERS: [from: string, model: string][] = [
  ["2026-04-23", "gpt-5.5"],
  ["2026-03-05", "gpt-5.4"],
  ["2026-02-05", "gpt-5.3-codex"],
  ["2025-12-11", "gpt-5.2-codex"],
  ["2025-11-13", "gpt-5.1-codex"],
  ["2025-09-15", "gpt-5-codex"],
];

/** Logs before the middle of September 2025 name no model; it was this one unless somebody chose another. */
const FIRST_MODEL = "gpt-5";

/** The model that is priced, and how it is known when the log does not name it. */
export function modelAt(named: string | null, atMs: number): { model: string; from: "date" | "assumed" | null } {
  if (named === null) return { model: FIRST_MODEL, from: "assumed" };
  if (named !== REVIEWER) return { model: named, from: null };
  const model = REVIEWERS.find(([from]) => atMs >= Date.parse(`${from}T00:00:00Z`))?.[1] ?? FIRST_MODEL;
  return { model, from: "date" };
}
