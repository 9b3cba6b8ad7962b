import { useViewer } from "../../api/use-viewer.ts";
import { EntityPage } from "../../entities/entity-page.tsx";
import type { EntityKind } from "../../entities/entity-kind.ts";
import { NameMissing } from "../../entities/name-missing.tsx";

const USERS: EntityKind = {
  dimension: "user",
  title: "Users",
  one: "user",
  many: "users",
  nameOf: (value) => value,
  splits: ["category", "activity", "agent", "model"],
  keptSplits: ["model"],
  sessionsBy: "user",
};

/** What each user costs. Members see themselves. */
export function Users() {
  const viewer = useViewer();
  return (
    <EntityPage
      kind={USERS}
      intro={viewer?.seesEverybody === false ? "Your own calls. Administrators see everybody’s." : undefined}
      emptyList={<NameMissing kind={USERS} field="user" header="x-outlay-user" example="alice" />}
    />
  );
}
