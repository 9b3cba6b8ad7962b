import { Link } from "@tanstack/react-router";
import { exactMoney, money } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { subscriptionsQuestion } from "../../api/subscriptions.ts";
import type { Subscription } from "../../api/subscriptions.ts";
import { useViewer } from "../../api/use-viewer.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { useSettingsState } from "./settings-state.ts";
import { SubscriptionDrawer } from "./subscription-drawer.tsx";
import { SubscriptionForm } from "./subscription-form.tsx";
import { coversInWords, termInWords } from "./subscription-words.ts";

/** Plans that are paid for again and again: their fees, seats, and what they cover. */
export function SubscriptionSettings() {
  const { state, open, close } = useSettingsState();
  const { data, error } = useQuery(subscriptionsQuestion);
  const mayChange = useViewer()?.isAdministrator ?? false;
  const subscriptions = data?.subscriptions ?? [];
  const add = () => open({ subscription: "new" });
  return (
    <>
      <Card
        id="subscriptions"
        title="Subscriptions"
        actions={
          <div className="flex flex-wrap items-center gap-2">
            <Link to="/subscriptions" className={smallButton}>
              <Icon name="chart" />
              What they are worth
            </Link>
            {mayChange && subscriptions.length > 0 ? (
              <button type="button" onClick={add} className={smallButton}>
                <Icon name="plus" />
                Add
              </button>
            ) : null}
          </div>
        }
      >
        {error === null ? null : <ProblemNote error={error} />}
        {data !== undefined && subscriptions.length === 0 ? (
          <EmptyState
            title={mayChange ? "No subscriptions yet" : "No seat of yours"}
            action={
              mayChange ? (
                <button type="button" onClick={add} className={mainButton}>
                  Add a subscription
                </button>
              ) : undefined
            }
          >
            A plan of the catalogue or one with a name of your own: its fee is spread over its term, and the calls that
            it covers count as value instead of money.
          </EmptyState>
        ) : (
          <DataTable
            caption="Subscriptions, by their start"
            columns={COLUMNS}
            rows={subscriptions}
            rowKey={({ id }) => id}
            onOpen={({ id }) => open({ subscription: id })}
            openLabel={({ name }) => `Subscription ${name}`}
            isOpen={({ id }) => id === state.subscription}
          />
        )}
      </Card>
      {mayChange && state.subscription === "new" ? (
        <Sheet form="wide" title="Add a subscription" onClose={close}>
          <SubscriptionForm before={null} onDone={close} />
        </Sheet>
      ) : null}
      {state.subscription !== undefined && state.subscription !== "new" && data !== undefined ? (
        <SubscriptionDrawer
          key={state.subscription}
          of={subscriptions.find(({ id }) => id === state.subscription) ?? null}
          mayChange={mayChange}
          onClose={close}
        />
      ) : null}
    </>
  );
}

const COLUMNS: readonly Column<Subscription>[] = [
  { key: "name", label: "Name", width: "w-[46%] sm:w-[30%]", cell: ({ name }) => name, title: ({ name }) => name },
  {
    key: "fee",
    label: "Fee of a seat",
    cell: ({ amountUsd, period }) => `${money(amountUsd)} ${termInWords(period)}`,
    title: ({ amountUsd }) => exactMoney(amountUsd),
  },
  { key: "seats", label: "Seats", align: "right", from: "sm", cell: ({ seats }) => seats },
  {
    key: "people",
    label: "People",
    from: "md",
    width: "w-[18%]",
    cell: ({ people }) => people.map(({ user }) => user).join(", ") || <span className="text-muted">not said</span>,
    title: ({ people }) => people.map(({ user }) => user).join(", ") || undefined,
  },
  {
    key: "covers",
    label: "Covers",
    from: "lg",
    width: "w-[22%]",
    cell: (one) => coversInWords(one) ?? <span className="text-muted">no calls</span>,
    title: (one) => coversInWords(one) ?? undefined,
  },
  { key: "start", label: "Since", from: "sm", cell: ({ start }) => start },
];
