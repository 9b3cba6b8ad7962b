import { DataPage } from "../frame/data-page.tsx";

export function Insights() {
  return <DataPage title="Insights">{null}</DataPage>;
}
