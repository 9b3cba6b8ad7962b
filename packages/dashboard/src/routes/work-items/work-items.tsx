import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../../api/questions.ts";
import { EntityPage } from "../../entities/entity-page.tsx";
import { pluralOf } from "../../entities/entity-kind.ts";
import type { EntityKind } from "../../entities/entity-kind.ts";
import { NameMissing } from "../../entities/name-missing.tsx";
import { useEntityState } from "../../entities/use-entity-state.ts";
import { textIn, usePageState } from "../../filters/use-page-state.ts";
import { DataPage } from "../frame/data-page.tsx";
import { TagKeyChoice } from "./tag-key-choice.tsx";

/** What each story, epic or any other tagged piece of work costs. */
export function WorkItems() {
  const tagKeys = useQuery(metaQuestion).data?.tagKeys;
  const { state } = usePageState(readKey);
  const { state: entity } = useEntityState();
  const key = state.key ?? (tagKeys === undefined ? undefined : usualKey(tagKeys));
  if (key === undefined) {
    return (
      <DataPage title="Work items" hasComparison={false}>
        {tagKeys === undefined ? null : <TagsMissing tagKey="story" />}
      </DataPage>
    );
  }
  return (
    <EntityPage
      kind={kindOf(key)}
      choices={
        entity.of === undefined ? (
          <TagKeyChoice keys={tagKeys ?? []} value={key} usual={usualKey(tagKeys ?? [])} />
        ) : undefined
      }
      emptyList={<TagsMissing tagKey={key} />}
    />
  );
}

function kindOf(key: string): EntityKind {
  return {
    dimension: `tag:${key}`,
    title: "Work items",
    one: key.replaceAll("_", " "),
    many: pluralOf(key),
    nameOf: (value) => value,
    splits: ["category", "activity", "agent", "model"],
    keptSplits: ["model"],
    sessionsBy: null,
  };
}

function TagsMissing({ tagKey }: { tagKey: string }) {
  return (
    <NameMissing kind={kindOf(tagKey)} field="tags" header="x-outlay-tags" example={`${tagKey}=st-9`}>
      A tag is a name and a value that a call carries, such as the story that it was made for. What carries the same one
      is added up here, by phase, agent and model.
    </NameMissing>
  );
}

function readKey(raw: Record<string, unknown>): { key?: string } {
  const key = textIn(raw, "key");
  return key === undefined ? {} : { key };
}

/** Of the keys in use, the one that most likely names pieces of work. */
function usualKey(keys: readonly string[]): string | undefined {
  return USUAL_KEYS.find((key) => keys.includes(key)) ?? keys[0];
}

const USUAL_KEYS = ["story", "ticket", "issue", "task", "epic"];
