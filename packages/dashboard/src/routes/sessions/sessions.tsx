import { DataPage } from "../frame/data-page.tsx";

export function Sessions() {
  return <DataPage title="Sessions">{null}</DataPage>;
}
