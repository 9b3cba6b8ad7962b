import type { View } from "../filters/search.ts";
import type { TotalsAnswer } from "./answers.ts";
import { viewParams } from "./params.ts";
import { figures } from "./questions.ts";

/** Cost, calls and tokens since ever, under the same filters. */
export function allTimeQuestion(view: View) {
  const params = viewParams(ever(view));
  params.set("metrics", "cost,calls,tokens");
  return figures<TotalsAnswer>("/api/v1/query", params);
}

/** Distinct users and sessions, and what a session costs. May be more than can be read, where there are filters. */
export function distinctQuestion(view: View) {
  const params = viewParams(view);
  params.set("metrics", "users,sessions,costPerSession");
  return figures<TotalsAnswer>("/api/v1/query", params);
}

/** The same filters, since ever. */
export const ever = (view: View): View => ({ ...view, range: { name: "all" } });
