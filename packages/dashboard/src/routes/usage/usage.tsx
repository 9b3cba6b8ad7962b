import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../../api/questions.ts";
import { BreakdownCard } from "../../figures/breakdown-card.tsx";
import { textIn, usePageState } from "../../filters/use-page-state.ts";
import { DataPage } from "../frame/data-page.tsx";
import { TotalCards } from "../../figures/total-cards.tsx";
import { RecentCalls } from "../../calls/recent-calls.tsx";
import { DailyTrend } from "./daily-trend.tsx";
import { TokenShares, TypeShares } from "./shares.tsx";

/** Who served the calls, what they were for, and who used most. */
export function Usage() {
  const { state, change } = usePageState(readConsumers);
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const choices = [...tagKeys.map((key) => `tag:${key}`), ...PEOPLE];
  const consumers = choices.find((name) => name === state.consumers) ?? firstConsumer(tagKeys);
  return (
    <DataPage title="Usage">
      <TotalCards />
      <div className="grid gap-4 lg:grid-cols-2">
        <BreakdownCard dimension="provider" />
        <BreakdownCard dimension="category" />
      </div>
      <DailyTrend />
      <div className="grid gap-4 lg:grid-cols-2">
        <BreakdownCard
          dimension={consumers}
          choices={choices}
          onChoose={(next) => change(() => (next === firstConsumer(tagKeys) ? {} : { consumers: next }))}
        />
        <div className="flex flex-col gap-4">
          <TypeShares />
          <TokenShares />
        </div>
      </div>
      <RecentCalls />
    </DataPage>
  );
}

const PEOPLE = ["user", "agent", "project", "team", "customer"];

/** Work items, where calls are tagged with them. */
function firstConsumer(tagKeys: readonly string[]): string {
  const key = WORK_ITEM_TAGS.find((name) => tagKeys.includes(name)) ?? tagKeys[0];
  return key === undefined ? "user" : `tag:${key}`;
}

const WORK_ITEM_TAGS = ["story", "ticket", "issue", "task"];

function readConsumers(raw: Record<string, unknown>): { consumers?: string } {
  const consumers = textIn(raw, "consumers");
  return consumers === undefined ? {} : { consumers };
}
