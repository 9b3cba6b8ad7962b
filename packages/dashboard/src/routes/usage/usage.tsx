import { DataPage } from "../frame/data-page.tsx";

export function Usage() {
  return <DataPage title="Usage">{null}</DataPage>;
}
