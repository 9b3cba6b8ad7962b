import type { TimeUnit } from "@outlay/core";
import { useChartUnit } from "../../figures/use-chart-unit.ts";
import type { TimeSeriesAnswer } from "../../api/answers.ts";
import { groupsQuestion, pairsQuestion, seriesQuestion } from "../../api/explore.ts";
import type { Asked, RowsAnswer } from "../../api/explore.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { SERIES_COLOURS } from "../../charts/prepare/colours.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import type { Choices } from "./explore-state.ts";

/** What is on screen; while another question is on its way, still the answer before, with its own words. */
export interface Figures {
  asked: Asked;
  groups: RowsAnswer;
  /** Null where there is no second group. */
  pairs: RowsAnswer | null;
}

export interface OverTime {
  asked: Asked;
  unit: TimeUnit;
  answer: TimeSeriesAnswer;
}

interface Asking<T> {
  shown: T | null;
  isWaiting: boolean;
  error: Error | null;
}

/** The numbers of the whole period, by group and within it by the second. */
export function useFigures(choices: Choices): Asking<Figures> {
  const { view } = usePageSearch();
  const asked = askedOf(choices);
  const groups = useKeptQuery(groupsQuestion(view, asked));
  const pairs = useKeptQuery({ ...pairsQuestion(view, asked), enabled: choices.second !== null });
  // Until both answer the same question, what is drawn belongs to the one before.
  const fits = choices.second === null || (pairs.data !== undefined && sameAs(pairs.data.asked, groups.data?.asked));
  const shown =
    groups.data === undefined || !fits
      ? null
      : {
          asked: groups.data.asked,
          groups: groups.data.answer,
          pairs: groups.data.asked.second === null ? null : (pairs.data?.answer ?? null),
        };
  return {
    shown,
    isWaiting: groups.isWaiting || (choices.second !== null && pairs.isWaiting),
    error: groups.error ?? (choices.second === null ? null : pairs.error),
  };
}

/** The same over time; not asked where the choice is "not over time". */
export function useOverTime(choices: Choices): Asking<OverTime> {
  const { view } = usePageSearch();
  const { grain } = choices;
  const { unit: fitting, isKnown } = useChartUnit(view);
  const unit = grain === "auto" || grain === "none" ? fitting : grain;
  const { data, isWaiting, error } = useKeptQuery({
    ...seriesQuestion(view, askedOf(choices), unit, SERIES_COLOURS),
    enabled: isKnown && grain !== "none",
  });
  return { shown: data ?? null, isWaiting, error };
}

function askedOf({ metric, group, second, top, rank }: Choices): Asked {
  return { metric, group, second, top, rank };
}

const sameAs = (one: Asked, other: Asked | undefined) => JSON.stringify(one) === JSON.stringify(other);
