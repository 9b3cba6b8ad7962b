import { Page } from "../frame/page.tsx";

export function Alerts() {
  return <Page title="Alerts">{null}</Page>;
}
