import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { metaQuestion } from "../../api/questions.ts";
import { FilterBar } from "../../filters/filter-bar.tsx";
import { soon } from "../../ui/soon.tsx";
import { Page } from "./page.tsx";
import { ServerTrouble } from "./server-trouble.tsx";
import { useShownRange } from "./use-shown-range.ts";

/**
 * A page about the calls of a period under filters: the bar to choose both, and the states that such a page can be in
 * (nothing recorded yet, nothing matches, the server does not answer). `children` are only shown where there are calls.
 */
export function DataPage({
  title,
  isTitleShown,
  intro,
  actions,
  busy = false,
  trouble = null,
  hasComparison = true,
  children,
}: {
  title: string;
  isTitleShown?: boolean;
  intro?: ReactNode;
  actions?: ReactNode;
  /** Something besides the totals is on its way. */
  busy?: boolean;
  /** Why something besides the totals could not be asked. */
  trouble?: Error | null;
  /** False hides "Compare" and the period before on pages that compare nothing. */
  hasComparison?: boolean;
  children: ReactNode;
}) {
  const meta = useQuery(metaQuestion);
  const { totals, shown } = useShownRange();
  const problem = totals.error ?? meta.error ?? trouble;
  const isEmpty = totals.data?.totals.calls === 0 && !totals.isStale;
  return (
    <Page
      title={title}
      isTitleShown={isTitleShown ?? true}
      intro={intro}
      actions={actions}
      busy={busy || totals.isWaiting}
    >
      {problem === null ? null : <ServerTrouble error={problem} shownAtMs={totals.answeredAtMs} />}
      {meta.data?.events === 0 ? (
        <FirstRun />
      ) : (
        <>
          <FilterBar shown={shown} hasComparison={hasComparison} />
          {isEmpty ? <NothingMatches /> : children}
        </>
      )}
    </Page>
  );
}

const FirstRun = soon(() => import("./first-run.tsx"), "FirstRun");
const NothingMatches = soon(() => import("./nothing-matches.tsx"), "NothingMatches");
