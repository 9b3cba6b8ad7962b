import { Suspense, lazy, useState } from "react";
import type { ComponentType, ReactNode } from "react";
import { otherButton } from "./form.tsx";
import { whenIdle } from "./when-idle.ts";

/**
 * A part with a script of its own, which is fetched when the part is first shown, or by itself soon after the page: a
 * sheet that opens at once, but that no first visit waits for. Where it cannot be fetched, its place says so.
 */
export function soon<Name extends string, Props extends object>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
  fallback: ReactNode = null,
): ComponentType<Props> {
  let fetched: ComponentType<Props> | undefined;
  const fetchPart = async () => {
    const parts = await load().catch(() => null);
    fetched = parts?.[name];
    return { default: fetched ?? NotFetched };
  };
  const Part = lazy<ComponentType<Props>>(fetchPart);
  // Without a connection it is fetched, and its failure shown, when it is needed.
  setTimeout(() => whenIdle(() => void fetchPart()), FETCH_AFTER_MS);
  return function Soon(props: Props) {
    // What is at hand is there at once: the next key is already for the sheet.
    const [Shown] = useState<ComponentType<Props>>(() => fetched ?? Part);
    return (
      <Suspense fallback={fallback}>
        <Shown {...props} />
      </Suspense>
    );
  };
}

function NotFetched() {
  return (
    <p className="flex flex-wrap items-center gap-3 px-1 py-4 text-muted">
      This part of the page could not be fetched.
      <button type="button" className={otherButton} onClick={() => location.reload()}>
        Load the page again
      </button>
    </p>
  );
}

const FETCH_AFTER_MS = 1_500;
