import { DataPage } from "../frame/data-page.tsx";

export function Analytics() {
  return <DataPage title="Analytics">{null}</DataPage>;
}
