import { DataPage } from "../frame/data-page.tsx";

export function Explore() {
  return <DataPage title="Explore">{null}</DataPage>;
}
