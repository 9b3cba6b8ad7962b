import { serverUrl } from "../../api/server-url.ts";

/** A path of this server that somebody was on their way to; anything else: the first page. */
export function pathToReturnTo(text: unknown): `/${string}` {
  return typeof text === "string" && /^\/(?![/\\])[^\\]*$/.test(text) ? (text as `/${string}`) : "/";
}

/** With a fresh page: nothing of what was shown or asked before stays. */
export function leaveFor(path: `/${string}`): void {
  globalThis.location.replace(serverUrl(path));
}
