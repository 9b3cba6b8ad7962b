import { Page } from "../frame/page.tsx";

export function Settings() {
  return <Page title="Settings">{null}</Page>;
}
