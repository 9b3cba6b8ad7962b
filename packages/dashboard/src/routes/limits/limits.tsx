import { Page } from "../frame/page.tsx";

export function Limits() {
  return <Page title="Limits">{null}</Page>;
}
