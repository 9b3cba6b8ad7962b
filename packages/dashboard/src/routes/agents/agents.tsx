import { EntityPage } from "../../entities/entity-page.tsx";
import { capitalised } from "../../entities/entity-kind.ts";
import type { EntityKind } from "../../entities/entity-kind.ts";
import { NameMissing } from "../../entities/name-missing.tsx";

const AGENTS: EntityKind = {
  dimension: "agent",
  title: "Agents",
  one: "agent",
  many: "agents",
  nameOf: capitalised,
  splits: ["category", "activity", "model", "user"],
  keptSplits: ["activity", "model"],
  sessionsBy: "agent",
};

/** What each agent costs. */
export function Agents() {
  return (
    <EntityPage
      kind={AGENTS}
      emptyList={<NameMissing kind={AGENTS} field="agent" header="x-outlay-agent" example="dexter" />}
    />
  );
}
