import { UNKNOWN, count, exactCount, exactMoney, headlineMoney, money, percent } from "@outlay/react";
import { rankingQuestion, unattributedQuestion } from "../api/entities.ts";
import { totalsQuestion } from "../api/questions.ts";
import { useKeptQuery } from "../api/use-kept-query.ts";
import { parseFilter } from "../filters/filter.ts";
import { usePageSearch } from "../filters/use-search.ts";
import { StatCard, StatNote } from "../ui/stat-card.tsx";
import { capitalised } from "./entity-kind.ts";
import type { EntityKind } from "./entity-kind.ts";
import { dearestOf } from "./use-entity-state.ts";

/** How many there are, what they cost together and one of them, and how much belongs to none. */
export function EntityTotals({ kind }: { kind: EntityKind }) {
  const { view } = usePageSearch();
  const { dimension } = kind;
  const totals = useKeptQuery(totalsQuestion(view));
  const groups = useKeptQuery(rankingQuestion(dearestOf(view, dimension)));
  // Beside filters on values of the dimension, those without one would be one more alternative.
  const isFiltered = view.filters.some((text) => {
    const filter = parseFilter(text);
    return filter?.dimension === dimension && !filter.exclude;
  });
  const without = useKeptQuery({ ...unattributedQuestion(view, dimension), enabled: !isFiltered });
  const all = totals.data?.totals;
  const none = isFiltered ? NOTHING : without.data?.totals;
  const known = all !== undefined && none !== undefined && groups.data !== undefined;
  const number = known ? (groups.data?.meta.groups ?? 0) - ((none.calls ?? 0) > 0 ? 1 : 0) : null;
  const attributed = known ? costOfRest(all.cost ?? null, none.cost ?? null, none.calls ?? 0) : null;
  const each = attributed === null || number === null || number === 0 ? null : attributed / number;
  const share = known && all.cost ? (none.cost ?? 0) / all.cost : null;
  const isWaiting = totals.isWaiting || groups.isWaiting || without.isWaiting;
  return (
    <section
      aria-label="Totals"
      aria-busy={isWaiting}
      className={`grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4 ${isWaiting && known ? "opacity-60" : ""}`}
    >
      <StatCard
        title={capitalised(kind.many)}
        value={number === null ? null : count(number)}
        exact={exactCount(number)}
      >
        <StatNote>with calls in the period</StatNote>
      </StatCard>
      <StatCard
        title="Cost"
        value={known ? headlineMoney(all.cost ?? null) : null}
        exact={exactMoney(all?.cost ?? null)}
      >
        {known ? <StatNote title={exactCount(all.calls ?? null)}>of {count(all.calls ?? null)} calls</StatNote> : null}
      </StatCard>
      <StatCard
        title={`Cost per ${kind.one}`}
        value={known ? (each === null ? UNKNOWN : money(each)) : null}
        exact={each === null ? "no price is known" : `${exactMoney(attributed)} of ${exactCount(number)} ${kind.many}`}
      >
        <StatNote>on average</StatNote>
      </StatCard>
      <StatCard
        title="Unattributed"
        value={known ? (isFiltered ? UNKNOWN : percent(share)) : null}
        unit={isFiltered || share === null ? undefined : "of the cost"}
        exact={isFiltered ? `not asked while ${kind.many} are filtered` : exactMoney(none?.cost ?? 0)}
      >
        {known && !isFiltered ? (
          <StatNote title={`${exactCount(none.calls ?? null)} calls that name no ${kind.one}`}>
            {none.calls === 0
              ? `every call names its ${kind.one}`
              : `${count(none.calls ?? null)} calls name no ${kind.one}`}
          </StatNote>
        ) : null}
      </StatCard>
    </section>
  );
}

/** What remains of a cost without a part of it. Null when the part's, or all, is not known. */
function costOfRest(all: number | null, part: number | null, callsOfPart: number): number | null {
  if (all === null) return null;
  return callsOfPart === 0 || part === null ? all : all - part;
}

const NOTHING = { cost: 0, calls: 0 };
