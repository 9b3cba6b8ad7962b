/**
 * Runs within index.html, before the page's own script has come: shows the frame and what is known of the page already, and
 * asks what the page will ask first. Whatever fails here is done again by the page itself.
 */
import { askEarly } from "./api/early.ts";
import { chartParams, filterParams, totalsParams } from "./api/params.ts";
import { mountPath, pageTimeZone } from "./api/server-url.ts";
import { SERIES_COLOURS } from "./charts/prepare/colours.ts";
import { expectedRange } from "./filters/expected-range.ts";
import { chartUnit, parseSearch, validateSearch, viewOf } from "./filters/search.ts";
import type { View } from "./filters/search.ts";
import { dayRange } from "./format/time.ts";

const path = location.pathname.slice(mountPath().length);
const picture = document.querySelector<HTMLElement>("#first-picture");
const root = document.querySelector("#root");

if (/^\/(sign-in|set-up)\b/.test(path)) {
  picture?.remove();
} else {
  const view = viewOf(validateSearch(parseSearch(location.search)));
  if (path === "/") showOverview(view);
  void askFirst(view);
}

// The page takes the picture's place in the moment in which it has something to show.
if (root !== null) {
  const watch = new MutationObserver(() => {
    picture?.remove();
    watch.disconnect();
  });
  watch.observe(root, { childList: true });
}

function showOverview(view: View): void {
  const overview = picture?.querySelector<HTMLElement>("[data-overview]");
  if (overview == null) return;
  overview.hidden = false;
  if (view.metric !== "cost") write("chart", "");
  const timeZone = view.timeZone ?? pageTimeZone();
  const range = timeZone === undefined ? null : expectedRange(view, timeZone, Date.now());
  if (range === null) return;
  write("range", dayRange(range.startMs, range.endMs, range.timeZone));
  write("zone", `, ${range.timeZone}`);
  if (range.before !== null)
    write("before", ` compared with ${dayRange(range.before.startMs, range.before.endMs, range.timeZone)}`);
}

function write(place: string, text: string): void {
  const element = picture?.querySelector(`[data-${place}]`);
  if (element != null) element.textContent = text;
}

/** Who is signed in, and then, where somebody may look, what the frame and the overview show. */
async function askFirst(view: View): Promise<void> {
  const account = await askEarly("/api/v1/account").catch(() => null);
  const state = account === null ? undefined : await stateIn(account.clone());
  if (state !== "open" && state !== "signed_in") return;
  void askEarly("/api/v1/meta");
  if (path !== "/") return;
  void askEarly(`/api/v1/query${searchOf(totalsParams(view))}`);
  // How finely all time is drawn depends on when it began.
  if (!("name" in view.range) || view.range.name !== "all")
    void askEarly(`/api/v1/timeseries${searchOf(chartParams(view, chartUnit(view, null, ""), SERIES_COLOURS))}`);
  void askEarly(`/api/v1/projection${searchOf(filterParams(view))}`);
}

/** `open`, `signed_in`, …; undefined where the server did not answer that. */
async function stateIn(answer: Response): Promise<unknown> {
  const account: unknown = await answer.json().catch(() => null);
  return typeof account === "object" && account !== null && "state" in account ? account.state : undefined;
}

function searchOf(params: URLSearchParams): string {
  return params.size === 0 ? "" : `?${params.toString()}`;
}
