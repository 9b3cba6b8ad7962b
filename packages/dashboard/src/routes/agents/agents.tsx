import { DataPage } from "../frame/data-page.tsx";

export function Agents() {
  return <DataPage title="Agents">{null}</DataPage>;
}
