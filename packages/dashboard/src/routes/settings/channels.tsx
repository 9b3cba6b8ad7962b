import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { channelListQuestion } from "../../api/channels.ts";
import type { Channel } from "../../api/channels.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { ChannelDrawer } from "./channel-drawer.tsx";
import { ChannelForm } from "./channel-form.tsx";
import { KIND_LABELS } from "./channel-fields.ts";
import { Deliveries } from "./deliveries.tsx";
import { useSettingsState } from "./settings-state.ts";
import { ShownOnce } from "./shown-once.tsx";

/** A secret to check a webhook's signature with; the server tells it once. */
export interface MadeSecret {
  channel: Channel;
  secret: string;
}

/** Where alerts go, and whether they arrived. */
export function Channels() {
  const { state, open, close } = useSettingsState();
  const { data, error } = useQuery(channelListQuestion);
  const [made, setMade] = useState<MadeSecret | null>(null);
  const channels = data?.channels ?? [];
  const add = () => open({ channel: "new" });
  const show = (secret: MadeSecret) => {
    setMade(secret);
    close();
  };
  return (
    <>
      {made === null ? null : (
        <ShownOnce
          key={made.secret}
          title={`The secret of ${made.channel.name}`}
          text={made.secret}
          onDone={() => setMade(null)}
        >
          <p>
            The receiver checks with it that a message is from here, by the rules of Standard Webhooks. It is not shown
            again.
          </p>
        </ShownOnce>
      )}
      <Card
        id="channels"
        title="Channels"
        actions={
          channels.length === 0 ? undefined : (
            <button type="button" onClick={add} className={smallButton}>
              <Icon name="plus" />
              New channel
            </button>
          )
        }
      >
        {error === null ? null : <ProblemNote error={error} />}
        {data !== undefined && channels.length === 0 ? (
          <EmptyState
            title="No channels yet"
            action={
              <button type="button" onClick={add} className={mainButton}>
                New channel
              </button>
            }
          >
            Without one, alerts are on their page and on the live stream only. Send them by e-mail, into a chat, or to a
            program of yours.
          </EmptyState>
        ) : (
          <DataTable
            caption="Channels"
            columns={COLUMNS}
            rows={channels}
            rowKey={({ id }) => id}
            onOpen={({ id }) => open({ channel: id })}
            openLabel={({ name }) => `Channel ${name}`}
            isOpen={({ id }) => id === state.channel}
          />
        )}
      </Card>
      <Deliveries />
      {state.channel === "new" ? (
        <Sheet title="New channel" onClose={close}>
          <ChannelForm
            before={null}
            onDone={({ channel, secret }) =>
              secret === null ? open({ channel: channel.id }) : show({ channel, secret })
            }
          />
        </Sheet>
      ) : null}
      {state.channel !== undefined && state.channel !== "new" && data !== undefined ? (
        <ChannelDrawer
          key={state.channel}
          of={channels.find(({ id }) => id === state.channel) ?? null}
          onSecret={show}
          onClose={close}
        />
      ) : null}
    </>
  );
}

const COLUMNS: readonly Column<Channel>[] = [
  { key: "name", label: "Name", width: "w-[42%] sm:w-[30%]", cell: ({ name }) => name, title: ({ name }) => name },
  { key: "kind", label: "Kind", from: "sm", cell: ({ kind }) => KIND_LABELS[kind] },
  {
    key: "to",
    label: "Goes to",
    width: "w-[32%]",
    cell: ({ target }) => target,
    title: ({ target }) => target,
  },
  {
    key: "state",
    label: "State",
    align: "right",
    cell: ({ enabled, readable }) =>
      readable ? (
        enabled ? (
          "on"
        ) : (
          <span className="text-muted">off</span>
        )
      ) : (
        <span className="text-high">cannot be read</span>
      ),
  },
];
