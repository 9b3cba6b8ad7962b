import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { DELIVERY_STATUSES, deliveriesQuestion, retryDelivery } from "../../api/channels.ts";
import type { Delivery } from "../../api/channels.ts";
import { useKeptQuery } from "../../api/use-kept-query.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import { useSettingsState } from "./settings-state.ts";
import { useDeed } from "../../ui/use-deed.ts";
import { When } from "../../ui/when.tsx";

/** What became of each message, newest first. */
export function Deliveries() {
  const { state, open, close, choose } = useSettingsState();
  const status = DELIVERY_STATUSES.find((name) => name === state.status);
  const { data, error, isWaiting } = useKeptQuery(deliveriesQuestion(status === undefined ? {} : { status }));
  const deliveries = data?.deliveries ?? [];
  return (
    <Card
      id="deliveries"
      title="Messages"
      waiting={isWaiting}
      actions={
        <Segmented
          label="Which messages"
          options={[
            { value: "all", label: "All" },
            ...DELIVERY_STATUSES.map((value) => ({ value, label: STATUS_LABELS[value] })),
          ]}
          value={status ?? "all"}
          onChange={(next) => choose({ status: next === "all" ? "" : next })}
        />
      }
    >
      {error === null ? null : <ProblemNote error={error} />}
      {data !== undefined && deliveries.length === 0 ? (
        <EmptyState title={status === undefined ? "Nothing was sent yet" : EMPTY[status]} />
      ) : (
        <DataTable
          caption="Messages that were sent or wait, newest first"
          columns={COLUMNS}
          rows={deliveries}
          rowKey={({ id }) => id}
          onOpen={({ id }) => open({ delivery: id })}
          openLabel={({ message, channelName }) => `Message ${message.title} to ${channelName}`}
          isOpen={({ id }) => id === state.delivery}
        />
      )}
      {state.delivery === undefined ? null : <DeliveryDrawer id={state.delivery} onClose={close} />}
    </Card>
  );
}

/** Looked for among all that were sent, whatever the list shows at the moment. */
function DeliveryDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { data } = useQuery(deliveriesQuestion({}));
  const failed = useQuery(deliveriesQuestion({ status: "failed" })).data;
  const refresh = useRefresh();
  const { problem, isBusy, act } = useDeed();
  const delivery = [...(data?.deliveries ?? []), ...(failed?.deliveries ?? [])].find((one) => one.id === id);
  if (data === undefined) return null;
  if (delivery === undefined) {
    return (
      <Sheet form="drawer" title="Message" onClose={onClose}>
        <p className="text-muted">This message is not among the newest any more.</p>
      </Sheet>
    );
  }
  const { message, channelName, status, attempts, nextAttemptAt, createdAt } = delivery;
  // A test is tried once: one sends another.
  const isTest = message.state === "test";
  const retry = async () => {
    await retryDelivery(id);
    await refresh();
  };
  return (
    <Sheet form="drawer" title={message.title} onClose={onClose}>
      <Facts
        facts={[
          { label: "To", value: channelName },
          { label: "State", value: <Status delivery={delivery} /> },
          { label: "Made", value: <When at={createdAt} /> },
          ...(nextAttemptAt === null ? [] : [{ label: "Next attempt", value: <When at={nextAttemptAt} /> }]),
        ]}
      />
      <Attempts attempts={attempts} />
      <div className="flex flex-wrap gap-2">
        {status === "sent" || isTest ? null : (
          <button type="button" aria-disabled={isBusy} onClick={() => act(retry)} className={smallButton}>
            <Icon name="up" />
            Try again now
          </button>
        )}
        {isTest ? null : (
          <Link to="/alerts" search={{ alert: message.alertId, state: "all" } as object} className={smallButton}>
            <Icon name="bell" />
            The alert
          </Link>
        )}
      </div>
      {problem === null ? null : <Problem>{problem}</Problem>}
    </Sheet>
  );
}

function Attempts({ attempts }: Pick<Delivery, "attempts">) {
  if (attempts.length === 0) return <p className="text-muted">Nothing was tried yet.</p>;
  return (
    <section aria-labelledby="attempts" className="flex flex-col gap-1">
      <h3 id="attempts" className="font-semibold">
        Attempts
      </h3>
      <ol className="divide-y divide-line">
        {attempts.toReversed().map(({ at, delivered, failure, answer }) => (
          <li key={at} className="flex flex-col gap-0.5 py-2">
            <span className="flex justify-between gap-4">
              <span className={delivered ? "text-low" : "text-high"}>{delivered ? "arrived" : "did not arrive"}</span>
              <span className="text-muted">
                <When at={at} />
              </span>
            </span>
            {failure === null ? null : <span className="text-[0.8125rem] wrap-anywhere">{failure}</span>}
            {answer === null || answer === "" || answer === failure ? null : (
              <span className="text-[0.8125rem] wrap-anywhere text-muted">Answer: {answer}</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Status({ delivery: { status, attempts } }: { delivery: Delivery }) {
  if (status === "sent") return <span>sent</span>;
  if (status === "failed") return <span className="text-high">given up</span>;
  return <span className="text-middle">{attempts.length === 0 ? "waiting" : "trying again"}</span>;
}

const STATUS_LABELS = { waiting: "Waiting", sent: "Sent", failed: "Given up" } as const;
const EMPTY = {
  waiting: "Nothing waits",
  sent: "Nothing has arrived yet",
  failed: "Nothing was given up",
} as const;

const COLUMNS: readonly Column<Delivery>[] = [
  {
    key: "title",
    label: "Message",
    width: "w-[50%] sm:w-[46%]",
    cell: ({ message }) => message.title,
    title: ({ message }) => message.title,
  },
  {
    key: "to",
    label: "To",
    from: "sm",
    width: "w-[20%]",
    cell: ({ channelName }) => channelName,
    title: ({ channelName }) => channelName,
  },
  {
    key: "status",
    label: "State",
    cell: (delivery) => <Status delivery={delivery} />,
    title: ({ attempts }) => attempts.at(-1)?.failure ?? undefined,
  },
  { key: "at", label: "When", align: "right", cell: ({ createdAt }) => <When at={createdAt} /> },
];
