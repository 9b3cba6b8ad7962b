import { InvalidInput, lineSchema } from "@outlay/core";
import { z } from "zod";

const CLEAN_TEXT = /^[^\p{Cc}\p{Cs}]*$/u;

const name = lineSchema(80).meta({ description: "No two views of one person on one page have the same" });
const page = z
  .string()
  .max(60)
  .regex(/^\/([a-z][a-z-]*(\/[a-z][a-z-]*)*)?$/, "expected the path of a page, such as /explore")
  .meta({ description: "Path of the page that it is a view of" });
const search = z
  .string()
  .max(4_000)
  .regex(CLEAN_TEXT, "expected text without control characters")
  .regex(/^([^?#][^#]*)?$/, "expected the query string without ? and #")
  .meta({ description: "The page's query string, without the question mark" });
const shared = z.boolean().meta({ description: "Everybody with an account sees it; false: only its owner" });

/** `POST /api/v1/views`. */
export const newViewSchema = z.strictObject({ name, page, search, shared: shared.default(false) });
/** `PATCH /api/v1/views/{id}`: what is not named stays. */
export const viewChangesSchema = z.strictObject({
  name: name.optional(),
  page: page.optional(),
  search: search.optional(),
  shared: shared.optional(),
});

/** A view as its owner wants it. */
export type WantedView = z.output<typeof newViewSchema>;

/** InvalidInput `invalid_view` or `unknown_field`, with the field. */
export function parseNewView(wanted: unknown): WantedView {
  return parse(newViewSchema, wanted);
}

/** The view with the changes in it. InvalidInput `invalid_view` or `unknown_field`, with the field. */
export function parseViewChanges(before: WantedView, wanted: unknown): WantedView {
  const changes = parse(viewChangesSchema, wanted);
  return {
    name: changes.name ?? before.name,
    page: changes.page ?? before.page,
    search: changes.search ?? before.search,
    shared: changes.shared ?? before.shared,
  };
}

function parse<T>(schema: z.ZodType<T>, wanted: unknown): T {
  const parsed = schema.safeParse(wanted);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    const field = issue.keys[0]!;
    throw new InvalidInput("unknown_field", `${field} is not a known field of a view`, { field });
  }
  const field = issue?.path.join(".") ?? "";
  const message = `${field === "" ? "The view" : field} is not valid: ${issue?.message ?? "it cannot be read"}`;
  throw new InvalidInput("invalid_view", message, field === "" ? {} : { field });
}
