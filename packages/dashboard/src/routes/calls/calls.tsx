import { DataPage } from "../frame/data-page.tsx";

export function Calls() {
  return <DataPage title="Calls">{null}</DataPage>;
}
