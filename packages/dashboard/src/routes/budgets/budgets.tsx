import { Page } from "../frame/page.tsx";

export function Budgets() {
  return <Page title="Budgets">{null}</Page>;
}
