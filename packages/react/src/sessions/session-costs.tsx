import { ShadowHost } from "../shadow-host.tsx";
import { SessionsView } from "./sessions-view.tsx";
import type { SessionsViewProps } from "./sessions-view.tsx";

export type SessionCostsProps = SessionsViewProps;

/**
 * What sessions cost, dearest or newest first, and each call of one of them. In place, or as a drawer over the page.
 * Needs an OutlayProvider above.
 */
export function SessionCosts(props: SessionCostsProps) {
  return (
    <ShadowHost as="div">
      <SessionsView {...props} />
    </ShadowHost>
  );
}
