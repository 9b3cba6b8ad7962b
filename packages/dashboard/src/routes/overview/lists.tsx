import { useQuery } from "@tanstack/react-query";
import { metaQuestion } from "../../api/questions.ts";
import { BreakdownCard } from "../../figures/breakdown-card.tsx";
import { textIn, usePageState } from "../../filters/use-page-state.ts";
import { useChart } from "../../figures/use-chart.ts";
import { Later } from "../../ui/later.tsx";

/** Rankings in pairs. Each card shows one of its dimensions; which, is in the address: `?lists=provider,user`. */
export function Lists() {
  const { state, change } = usePageState(readLists);
  const { picture } = useChart();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const chosen = state.lists?.split(",") ?? [];
  const cards = [...CARDS, [...OWNERS, ...tagKeys.map((key) => `tag:${key}`)]];
  const shown = cards.map((choices) => chosen.find((name) => choices.includes(name)) ?? (choices[0] as string));
  const choose = (card: number, dimension: string) => {
    const next = shown.with(card, dimension).filter((name, index) => name !== cards[index]?.[0]);
    change(() => (next.length === 0 ? {} : { lists: next.join(",") }));
  };
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      {cards.map((choices, card) => (
        <Later key={choices[0]} room="h-[26.125rem]">
          <BreakdownCard
            dimension={shown[card] as string}
            choices={choices}
            onChoose={(dimension) => choose(card, dimension)}
            colour={picture !== null && picture.group === shown[card] ? picture.colour : undefined}
          />
        </Later>
      ))}
    </div>
  );
}

const CARDS: readonly (readonly string[])[] = [
  ["model", "provider"],
  ["agent", "user"],
  ["activity", "category"],
];
/** Who pays: the last card offers these, and every tag. */
const OWNERS = ["project", "team", "customer", "credential", "environment", "operation"];

function readLists(raw: Record<string, unknown>): { lists?: string } {
  const lists = textIn(raw, "lists");
  return lists === undefined ? {} : { lists };
}
