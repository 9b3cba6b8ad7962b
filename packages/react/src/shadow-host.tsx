import { useCallback, useState } from "react";
import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import { adoptStyle } from "./style-sheet.ts";

/**
 * Draws its children where no style of the page reaches them. `fallback` is what stands there before the page is
 * alive: in what a server rendered.
 */
export function ShadowHost({
  as: Host,
  fallback,
  children,
}: {
  as: "span" | "div";
  fallback?: string;
  children: ReactNode;
}) {
  const [root, setRoot] = useState<ShadowRoot | null>(null);
  const attach = useCallback((host: HTMLElement | null) => {
    if (host === null) return;
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    adoptStyle(shadow);
    setRoot(shadow);
  }, []);
  return (
    <Host ref={attach} data-outlay="">
      {fallback}
      {root === null ? null : createPortal(children, root)}
    </Host>
  );
}
