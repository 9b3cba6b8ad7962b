import { Suspense, lazy } from "react";
import type { ComponentType, ReactNode } from "react";
import { otherButton } from "./form.tsx";
import { whenIdle } from "./when-idle.ts";

/**
 * A part with a script of its own, which is fetched when the part is first shown, or by itself some seconds after the page: a
 * sheet that opens at once, but that no first visit waits for. Where it cannot be fetched, its place says so.
 */
export function soon<Name extends string, Props extends object>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
  fallback: ReactNode = null,
): ComponentType<Props> {
  const Part = lazy<ComponentType<Props>>(async () => {
    const parts = await load().catch(() => null);
    return { default: parts === null ? NotFetched : parts[name] };
  });
  // Without a connection it is fetched, and its failure shown, when it is needed.
  setTimeout(() => whenIdle(() => void load().catch(() => undefined)), FETCH_AFTER_MS);
  return function Soon(props: Props) {
    return (
      <Suspense fallback={fallback}>
        <Part {...props} />
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

const FETCH_AFTER_MS = 3_000;
