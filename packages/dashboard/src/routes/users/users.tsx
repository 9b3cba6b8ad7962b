import { DataPage } from "../frame/data-page.tsx";

export function Users() {
  return <DataPage title="Users">{null}</DataPage>;
}
