import { DataPage } from "../frame/data-page.tsx";

export function WorkItems() {
  return <DataPage title="Work items">{null}</DataPage>;
}
