import { queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";

/** A page with everything that was chosen on it, under a name. */
export interface SavedView {
  id: string;
  name: string;
  /** `/explore` */
  page: string;
  /** What the address says after its `?`. */
  search: string;
  /** Everybody sees it. */
  shared: boolean;
  /** Null: made where nobody had an account. */
  owner: { id: string; name: string } | null;
  mayChange: boolean;
}

const PATH = "/api/v1/views";
/** Under which the views are kept; no event changes them. */
export const VIEWS = ["views"];

export const viewsQuestion = queryOptions({
  queryKey: VIEWS,
  queryFn: ({ signal }) => getJson<{ views: SavedView[] }>(PATH, new URLSearchParams(), signal),
});

export const saveView = (view: Pick<SavedView, "name" | "page" | "search" | "shared">) => sendJson("POST", PATH, view);
export const changeView = (id: string, changes: Partial<Pick<SavedView, "name" | "search" | "shared">>) =>
  sendJson("PATCH", at(id), changes);
export const removeView = (id: string) => sendJson("DELETE", at(id));

const at = (id: string) => `${PATH}/${encodeURIComponent(id)}` as const;
