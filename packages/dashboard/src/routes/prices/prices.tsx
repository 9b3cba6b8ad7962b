import { Page } from "../frame/page.tsx";

export function Prices() {
  return <Page title="Prices">{null}</Page>;
}
