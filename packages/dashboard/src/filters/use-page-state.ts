import { useNavigate, useSearch } from "@tanstack/react-router";

/** Reads a page's own part of the address: only keys that are valid and say something else than the default. */
export type ReadState<T> = (raw: Record<string, unknown>) => T;

/**
 * What one page keeps in its address beside the shared period and filters: sorting, an open drawer, a tab. Reload,
 * back and a shared link show the same. A change is a step that "back" undoes, unless it `replace`s (typing).
 */
export function usePageState<T extends object>(
  read: ReadState<T>,
): { state: T; change: (next: (state: T) => T, how?: { replace: boolean }) => void } {
  const raw: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  return {
    state: read(raw),
    change: (next, how) =>
      void navigate({
        to: ".",
        search: (before: Record<string, unknown>) => {
          const state = read(before);
          const others = Object.entries(before).filter(([key]) => !(key in state));
          return { ...Object.fromEntries(others), ...next(state) };
        },
        resetScroll: false,
        replace: how?.replace ?? false,
      }),
  };
}

/** `raw[key]` when it is a text that is not empty. */
export function textIn(raw: Record<string, unknown>, key: string): string | undefined {
  const value = raw[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `raw[key]` when it is one of the names. */
export function oneIn<const T extends string>(
  raw: Record<string, unknown>,
  key: string,
  names: readonly T[],
): T | undefined {
  return names.find((name) => name === raw[key]);
}
