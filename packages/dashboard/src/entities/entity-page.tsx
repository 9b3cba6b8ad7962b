import type { ReactNode } from "react";
import { EntityDetail } from "./entity-detail.tsx";
import type { EntityKind } from "./entity-kind.ts";
import { EntityList } from "./entity-list.tsx";
import { useEntityState } from "./use-entity-state.ts";

/** All values of a dimension, or one of them, as the address says. */
export function EntityPage({
  kind,
  intro,
  choices,
  emptyList,
}: {
  kind: EntityKind;
  intro?: ReactNode;
  /** What is chosen above the list. */
  choices?: ReactNode;
  /** Shown where no call of the period carries a value. */
  emptyList: ReactNode;
}) {
  const { state } = useEntityState();
  if (state.of !== undefined)
    return <EntityDetail key={`${kind.dimension}:${state.of}`} kind={kind} value={state.of} />;
  return <EntityList key={kind.dimension} kind={kind} intro={intro} choices={choices} emptyList={emptyList} />;
}
