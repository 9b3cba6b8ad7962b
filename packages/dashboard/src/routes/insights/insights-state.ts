import { DIMENSIONS } from "@outlay/core";
import { oneIn, textIn, usePageState } from "../../filters/use-page-state.ts";

export const TABS = ["forecast", "savings", "margin", "elsewhere", "quality"] as const;
export type Tab = (typeof TABS)[number];

/** What both calls and charges can belong to; `tag:<key>` beside these. */
export const OWNERS = ["customer", "user", "team", "project"] as const;

/** What the page keeps in its address beside period and filters. What says nothing about the tab on screen is kept for the others. */
export interface InsightsState {
  /** Absent: the forecast. */
  tab?: Exclude<Tab, "forecast">;
  /** Every recommendation is shown. */
  all?: "on";
  /** Margins of whom; absent: customers. */
  owner?: string;
  /** Order of the margins: `revenue`, `revenue-up`; absent: the lowest margin first. */
  sort?: string;
  /** `provider/model,…` to compare with; absent: chosen by the server. */
  models?: string;
  /** Quality of what; absent: models. */
  by?: string;
  /** Two values of which dimension are compared; absent: variants. */
  of?: string;
  a?: string;
  b?: string;
}

export const useInsightsState = () => usePageState(readInsightsState);

export function readInsightsState(raw: Record<string, unknown>): InsightsState {
  const text = (key: string) => textIn(raw, key);
  const tab = oneIn(raw, "tab", ["savings", "margin", "elsewhere", "quality"]);
  const all = oneIn(raw, "all", ["on"]);
  const owner = kept(text("owner"), isOwner, "customer");
  const by = kept(text("by"), isDimension, "model");
  const of = kept(text("of"), isDimension, "variant");
  const [sort, models, a, b] = ["sort", "models", "a", "b"].map(text);
  return {
    ...(tab === undefined ? {} : { tab }),
    ...(all === undefined ? {} : { all }),
    ...(owner === undefined ? {} : { owner }),
    ...(sort === undefined ? {} : { sort }),
    ...(models === undefined ? {} : { models }),
    ...(by === undefined ? {} : { by }),
    ...(of === undefined ? {} : { of }),
    ...(a === undefined ? {} : { a }),
    ...(b === undefined ? {} : { b }),
  };
}

/** Charges can belong to it, and so a margin has it. */
export function isOwner(dimension: string): boolean {
  return (OWNERS as readonly string[]).includes(dimension) || isTag(dimension);
}

function kept(text: string | undefined, isKnown: (text: string) => boolean, usual: string): string | undefined {
  return text !== undefined && text !== usual && isKnown(text) ? text : undefined;
}

const isDimension = (text: string) => (DIMENSIONS as readonly string[]).includes(text) || isTag(text);
const isTag = (text: string) => text.startsWith("tag:") && text.length > "tag:".length;
