import type { Subscription, TermLength } from "../../api/subscriptions.ts";

/** `a month`, `a year`, `every 3 months`. */
export function termInWords(period: TermLength): string {
  if (period === "monthly") return "a month";
  return period === "yearly" ? "a year" : `every ${period} months`;
}

type Person = Subscription["people"][number];

/** One on each line, with the days of the seat where it is not always theirs: `ann`, `ben from 2026-11-10 to 2026-12-01`. */
export function peopleInLines(people: readonly Person[]): string {
  return people
    .map(({ user, from, to }) => [user, from === null ? "" : ` from ${from}`, to === null ? "" : ` to ${to}`].join(""))
    .join("\n");
}

/** What `peopleInLines` writes. A line that says something else is taken as a name. */
export function readPeople(lines: string): Person[] {
  return lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => {
      const [, user = line, from, to] = LINE.exec(line) ?? [];
      return { user, from: from ?? null, to: to ?? null };
    });
}

const LINE = /^(.*?)(?:\s+from\s+(\d{4}-\d\d-\d\d))?(?:\s+to\s+(\d{4}-\d\d-\d\d))?$/;

/** Names that are separated by commas. */
export function readNames(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** `claude-code at anthropic`; null: it covers no calls. */
export function coversInWords({ covers }: Pick<Subscription, "covers">): string | null {
  const { sources, providers, models } = covers;
  const parts = [
    sources.length === 0 ? "" : sources.join(", "),
    providers.length === 0 ? "" : `${sources.length === 0 ? "everything " : ""}at ${providers.join(", ")}`,
    models.length === 0 ? "" : `of ${models.join(", ")}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? null : parts.join(" ");
}
