import type { Route } from "./provider.ts";

/** A billed request whose streams end with their usage unasked. */
export function plainRoute(
  path: RegExp,
  operation: string,
  reader: Pick<Route, "readRequest" | "readAnswer" | "openStream">,
): Route {
  return {
    method: "POST",
    path,
    operation,
    billed: true,
    ...reader,
    askForUsage: () => null,
    isUsageOnly: () => false,
  };
}
