import { UNKNOWN, count, exactCount, exactMoney, headlineMoney, money } from "@outlay/react";
import { allTimeQuestion, distinctQuestion, ever } from "../../api/analytics.ts";
import type { Numbers } from "../../api/answers.ts";
import { totalsQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { StatCard, StatNote } from "../../ui/stat-card.tsx";
import { Against } from "../../figures/total-cards.tsx";

/** How much of the period, on average, and since ever. */
export function Totals({ seesEverybody }: { seesEverybody: boolean }) {
  const { view } = usePageSearch();
  const period = useKeptQuery(totalsQuestion(view));
  const always = useKeptQuery(allTimeQuestion(view)).data?.totals;
  const totals = period.data?.totals ?? null;
  const wide = seesEverybody ? "md:col-span-2 xl:col-span-1" : "";
  const half = seesEverybody ? "md:col-span-3 xl:col-span-1" : "";
  return (
    <section
      aria-label="Totals"
      aria-busy={period.isWaiting}
      className={`grid grid-cols-2 gap-3 sm:gap-4 ${seesEverybody ? "md:grid-cols-6 xl:grid-cols-5" : "lg:grid-cols-4"} ${period.isWaiting && totals !== null ? "opacity-60" : ""}`}
    >
      <StatCard
        title="Cost"
        value={totals && headlineMoney(totals.cost ?? null)}
        exact={exactMoney(totals?.cost ?? null)}
        className={seesEverybody ? `col-span-2 ${half}` : ""}
      >
        {totals && <Against answer={period.data} metric="cost" />}
        <AllTime text={always && money(always.cost ?? null)} exact={exactMoney(always?.cost ?? null)} />
      </StatCard>
      {seesEverybody ? <DistinctCard metric="users" title="Users" className={half} totals={totals} /> : null}
      <DistinctCard metric="sessions" title="Sessions" className={wide} totals={totals} />
      <StatCard
        title="Calls"
        value={totals && count(totals.calls ?? null)}
        exact={exactCount(totals?.calls ?? null)}
        className={wide}
      >
        {totals && (
          <StatNote title={exactMoney(totals.costPerCall ?? null)}>
            <span className="font-medium text-ink">{money(totals.costPerCall ?? null)}</span> per call
          </StatNote>
        )}
        <AllTime text={always && count(always.calls ?? null)} exact={exactCount(always?.calls ?? null)} />
      </StatCard>
      <StatCard
        title="Tokens"
        value={totals && count(totals.tokens ?? null)}
        exact={exactCount(totals?.tokens ?? null)}
        className={wide}
      >
        {totals && <StatNote>{count(totals.tokensPerCall ?? null)} per call</StatNote>}
        <AllTime text={always && count(always.tokens ?? null)} exact={exactCount(always?.tokens ?? null)} />
      </StatCard>
    </section>
  );
}

/** How many different ones there are. Counting them may take more than the server reads: then the number is not known, and why. */
function DistinctCard(props: {
  metric: "users" | "sessions";
  title: string;
  className: string;
  totals: Numbers | null;
}) {
  const { metric, title, className, totals } = props;
  const { view } = usePageSearch();
  const { data, error } = useKeptQuery(distinctQuestion(view));
  const always = useKeptQuery(distinctQuestion(ever(view)));
  const counted = error === null ? data?.totals : NOT_COUNTED;
  const number = counted?.[metric] ?? null;
  const each = metric === "sessions" ? (counted?.costPerSession ?? null) : perUser(totals, number);
  return (
    <StatCard
      title={title}
      value={counted && count(number)}
      exact={error?.message ?? exactCount(number)}
      className={className}
    >
      {counted && (
        <StatNote title={error?.message ?? exactMoney(each)}>
          {each === null ? (
            UNKNOWN
          ) : (
            <>
              <span className="font-medium text-ink">{money(each)}</span> per {metric === "users" ? "user" : "session"}
            </>
          )}
        </StatNote>
      )}
      <AllTime
        text={always.error === null ? always.data && count(always.data.totals[metric] ?? null) : UNKNOWN}
        exact={always.error?.message ?? exactCount(always.data?.totals[metric] ?? null)}
      />
    </StatCard>
  );
}

const NOT_COUNTED: Numbers = { users: null, sessions: null, costPerSession: null };

/** All costs, by the number of users: what names no user is shared out too. */
function perUser(totals: Numbers | null, users: number | null): number | null {
  const cost = totals?.cost ?? null;
  return cost === null || users === null || users === 0 ? null : cost / users;
}

function AllTime({ text, exact }: { text: string | undefined; exact: string }) {
  return text === undefined ? null : <StatNote title={exact}>{text} all time</StatNote>;
}
