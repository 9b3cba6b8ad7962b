import { useSyncExternalStore } from "react";

/** Is there room for the side bar? What the other form of the frame needs is not even made. */
export function useIsWide(): boolean {
  return useSyncExternalStore(watch, () => WIDE.matches);
}

/** As the class `lg:` counts. */
const WIDE = matchMedia("(min-width: 64rem)");

function watch(changed: () => void): () => void {
  WIDE.addEventListener("change", changed);
  return () => WIDE.removeEventListener("change", changed);
}
