import { counted, exactCount, exactMoney, localDate } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { changesQuestion } from "../../api/explore.ts";
import type { ChangesAnswer } from "../../api/explore.ts";
import { metaQuestion } from "../../api/questions.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { ChangeBars } from "../../charts/draw/change-bars.tsx";
import { prepareChanges } from "../../charts/prepare/changes.ts";
import type { ChangeInput } from "../../charts/prepare/changes.ts";
import { exactly } from "../../entities/entity-view.ts";
import { dimensionLabel } from "../../filters/filter.ts";
import { validateSearch, withFilters, withPeriod } from "../../filters/search.ts";
import { usePageSearch } from "../../filters/use-search.ts";
import { metricFormat } from "../../format/metric.ts";
import { dayRange } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import { CAUSES, changeInWords } from "./changes-in-words.ts";
import { ChangesTable } from "./changes-table.tsx";
import { dimensionOptions, lowered } from "./choices-in-words.ts";
import { CompareDaysSheet } from "./compare-days-sheet.tsx";
import { TopSelect, withKnown } from "./controls.tsx";
import { useChoices } from "./explore-state.ts";
import { QuestionTrouble } from "./question-trouble.tsx";
import { toggleFilters } from "./toggle-filters.ts";

/** What changed between two periods, group by group and why. */
export function Changes() {
  const { choices } = useChoices();
  const { view } = usePageSearch();
  const by = choices.group ?? "model";
  const { top, compareDays } = choices;
  // All time has nothing before it.
  const isIncomparable = compareDays === null && "name" in view.range && view.range.name === "all";
  const { data, isWaiting, error } = useKeptQuery({
    ...changesQuestion(view, { by, top, compareDays }),
    enabled: !isIncomparable,
  });
  const isShown = data !== undefined && error === null && !isIncomparable;
  return (
    <>
      <ChangeControls answer={isIncomparable ? undefined : data} />
      <Card
        id="changed"
        title={`What changed by ${lowered(data?.by ?? by)}`}
        waiting={isWaiting}
        actions={
          <Link to="/calls" search={validateSearch} className={smallButton}>
            <Icon name="list" />
            See the calls
          </Link>
        }
      >
        {isIncomparable ? (
          <NothingBefore />
        ) : error !== null ? (
          <QuestionTrouble error={error} />
        ) : data === undefined ? (
          <div className="mx-4 mb-4 h-80 rounded-lg bg-raised/60 sm:mx-5" />
        ) : (
          <Drawn answer={data} />
        )}
      </Card>
      {isShown ? <ChangesTable answer={data} isWaiting={isWaiting} /> : null}
    </>
  );
}

function ChangeControls({ answer }: { answer: ChangesAnswer | undefined }) {
  const { choices, choose } = useChoices();
  const tagKeys = useQuery(metaQuestion).data?.tagKeys ?? [];
  const [isChoosing, setChoosing] = useState(false);
  const { group, compareDays } = choices;
  const zone = answer?.query.period.timeZone ?? "UTC";
  const compared = answer?.query.compare;
  const days =
    compared === undefined
      ? null
      : {
          from: localDate(Date.parse(compared.start), zone),
          to: localDate(Date.parse(compared.end) - 1 + DAY_MS, zone),
        };
  return (
    <section
      aria-label="Question"
      className="grid grid-cols-2 items-end gap-3 rounded-xl border border-line bg-surface px-4 py-3.5 sm:flex sm:flex-wrap sm:px-5"
    >
      <Select
        label="Group by"
        showLabel="above"
        className="min-w-0 sm:w-48"
        options={dimensionOptions(withKnown(tagKeys, [group]))}
        value={group ?? "model"}
        onChange={(next) => choose({ group: next })}
      />
      <TopSelect />
      <div className="col-span-2 flex min-w-0 flex-col items-start gap-1 text-[0.8125rem] text-muted">
        <span id="compared-with">Compared with</span>
        <button
          type="button"
          aria-describedby="compared-with"
          onClick={() => setChoosing(true)}
          className={`${smallButton} max-w-full text-ink`}
        >
          <Icon name="calendar" />
          <span className="truncate">
            {compared === undefined
              ? "Choose days"
              : `${dayRange(Date.parse(compared.start), Date.parse(compared.end), zone)}${compareDays === null ? " (period before)" : ""}`}
          </span>
        </button>
      </div>
      {isChoosing ? (
        <CompareDaysSheet
          shown={compareDays ?? days}
          isChosen={compareDays !== null}
          onChoose={(next) => choose({ compareDays: next })}
          onClose={() => setChoosing(false)}
        />
      ) : null}
    </section>
  );
}

/** A sentence, the bars, and how to read them. */
function Drawn({ answer }: { answer: ChangesAnswer }) {
  const { view, change } = usePageSearch();
  const prepared = useMemo(
    () =>
      prepareChanges({
        whole: inputOf(null, answer),
        rows: answer.rows.map((row) => ({ ...inputOf(row.key, row), other: row.other })),
        causes: CAUSES,
        maxRows: answer.rows.length,
      }),
    [answer],
  );
  const { before, now } = answer;
  return (
    <div className="flex flex-col gap-4 px-4 pt-1 pb-4 sm:px-5">
      <div>
        <p data-sentence className="max-w-5xl text-lg font-medium tracking-[-0.01em] text-pretty">
          {changeInWords(answer)}
        </p>
        <p className="mt-0.5 text-muted">
          From <span title={exactMoney(before)}>{FORMAT.short(before)}</span> in{" "}
          <span title={exactCount(answer.callsBefore)}>{counted(answer.callsBefore, "call")}</span> to{" "}
          <span title={exactMoney(now)}>{FORMAT.short(now)}</span> in{" "}
          <span title={exactCount(answer.callsNow)}>{counted(answer.callsNow, "call")}</span>.
        </p>
      </div>
      <ChangeBars
        name="changes"
        prepared={prepared}
        format={FORMAT}
        title={`What changed by ${lowered(answer.by)}`}
        groupColumn={dimensionLabel(answer.by)}
        onSelect={({ name }) =>
          change((search) => withFilters(search, toggleFilters(view.filters, [exactly(answer.by, name ?? "")])))
        }
      />
      <ul className="flex max-w-3xl flex-col gap-1 text-[0.8125rem] text-muted">
        {hintsOf(answer).map((hint) => (
          <li key={hint}>{hint}</li>
        ))}
      </ul>
    </div>
  );
}

function inputOf(
  name: string | null,
  { before, now, parts }: Pick<ChangesAnswer, "before" | "now" | "parts">,
): ChangeInput {
  return { name, before, now, parts: { ...parts } };
}

function hintsOf({ unpricedBefore, unpricedNow, meta }: ChangesAnswer): string[] {
  const unpriced = unpricedBefore + unpricedNow;
  const models = meta.priceNotKnown.map(({ model }) => model);
  return [
    "The reasons explain each row by itself and do not add up to those on top: calls that go from one model to another are fewer and more calls of these models, but cheaper or dearer models of the whole.",
    "Longer calls have more tokens, or fewer of them from a cache.",
    ...(unpriced > 0
      ? [`${counted(unpriced, "call")} without a price ${unpriced === 1 ? "is" : "are"} in neither cost.`]
      : []),
    ...(models.length > 0
      ? [
          `Of ${models.join(", ")} no price is known for one of the periods: a change of it would count as longer or shorter calls.`,
        ]
      : []),
  ];
}

function NothingBefore() {
  const { change } = usePageSearch();
  return (
    <EmptyState
      title="Before all time there is nothing to compare with"
      action={
        <button type="button" onClick={() => change((search) => withPeriod(search, "30d"))} className={smallButton}>
          Last 30 days
        </button>
      }
    >
      Choose a shorter period, or the days to compare with.
    </EmptyState>
  );
}

const FORMAT = metricFormat("cost");
const DAY_MS = 86_400_000;
