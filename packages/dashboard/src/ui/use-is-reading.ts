import { useEffect, useState } from "react";
import type { RefObject } from "react";

/** Is somebody at the list: pointer over it, focus in it, or scrolled past its first rows? */
export function useIsReading(list: RefObject<HTMLElement | null>): boolean {
  const [isReading, setReading] = useState(false);
  useEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const state = { over: false, focus: false, past: false };
    const update = (change: Partial<typeof state>) => {
      Object.assign(state, change);
      setReading(state.over || state.focus || state.past);
    };
    const abort = new AbortController();
    const on = (name: string, change: () => Partial<typeof state>) =>
      element.addEventListener(name, () => update(change()), { signal: abort.signal });
    on("pointerenter", () => ({ over: true }));
    on("pointerleave", () => ({ over: false }));
    on("focusin", () => ({ focus: true }));
    on("focusout", () => ({ focus: false }));
    const onScroll = () => update({ past: element.getBoundingClientRect().top < 0 });
    window.addEventListener("scroll", onScroll, { passive: true, signal: abort.signal });
    return () => abort.abort();
  }, [list]);
  return isReading;
}
