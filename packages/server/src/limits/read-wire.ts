import { InvalidInput, nearestName, shownName } from "@outlay/core";
import type { z } from "zod";

/** What was sent, as the schema describes it. InvalidInput `unknown_field` or `invalid_limit`, naming the field. */
export function readWire<T>(schema: z.ZodType<T>, wanted: unknown, knownNames: readonly string[]): T {
  const parsed = schema.safeParse(wanted);
  if (parsed.success) return parsed.data;
  const issue = innermost(parsed.error.issues[0]!);
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const name = issue.keys[0]!;
    const meant = nearestName(name, knownNames, {});
    const field = [...path, shownName(name)].join(".");
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    throw new InvalidInput("unknown_field", `${field} is not a known field${hint}`, { field });
  }
  throw invalidLimit(path.join("."), issue.message);
}

/** Of something that may have several forms, a wrong name in one of them says more than that it has none of these forms. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const wrongName = issue.errors.flat().find(({ code }) => code === "unrecognized_keys");
  return wrongName === undefined ? issue : { ...wrongName, path: [...issue.path, ...wrongName.path] };
}

/** For a field that cannot be what it is; `field` is a path, empty for the whole. */
export function invalidLimit(field: string, what: string): InvalidInput {
  const message = `${field === "" ? "What was sent" : field} is not valid: ${what}`;
  return new InvalidInput("invalid_limit", message, field === "" ? {} : { field });
}
