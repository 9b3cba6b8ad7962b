import { useState } from "react";
import { removeChannel, rotateSecret, testChannel } from "../../api/channels.ts";
import type { Channel, TestResult } from "../../api/channels.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { Problem, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { ChannelForm } from "./channel-form.tsx";
import { KIND_FIELDS, KIND_LABELS, textOfSetting } from "./channel-fields.ts";
import type { MadeSecret } from "./channels.tsx";
import { Facts } from "../../ui/facts.tsx";
import { useDeed } from "../../ui/use-deed.ts";
import { When } from "../../ui/when.tsx";

/** One channel: where it leads, a test of it, and what can be done to it. */
export function ChannelDrawer({
  of: channel,
  onSecret,
  onClose,
}: {
  /** Null: it is not there any more. */
  of: Channel | null;
  onSecret: (made: MadeSecret) => void;
  onClose: () => void;
}) {
  const [sheet, setSheet] = useState<"change" | "rotate" | "delete" | null>(null);
  const closeSheet = () => setSheet(null);
  if (channel === null) {
    return (
      <Sheet form="drawer" title="Channel" onClose={onClose}>
        <p className="text-muted">This channel is not there any more.</p>
      </Sheet>
    );
  }
  return (
    <Sheet form="drawer" title={channel.name} onClose={onClose}>
      {channel.readable ? null : (
        <p className="rounded-lg bg-high-back px-3 py-2 text-[0.8125rem] text-high">
          Its secrets were encrypted with another secret of the server: enter them again.
        </p>
      )}
      <ChannelFacts channel={channel} />
      <Test channel={channel} />
      <div className="flex flex-wrap gap-2 border-t border-line pt-5">
        <button type="button" onClick={() => setSheet("change")} className={smallButton}>
          <Icon name="edit" />
          Change
        </button>
        {channel.kind === "webhook" ? (
          <button type="button" onClick={() => setSheet("rotate")} className={smallButton}>
            <Icon name="unlocked" />
            New secret
          </button>
        ) : null}
        <button type="button" onClick={() => setSheet("delete")} className={smallButton}>
          <Icon name="trash" />
          Delete
        </button>
      </div>
      {sheet === "change" ? (
        <Sheet title={`Change ${channel.name}`} onClose={closeSheet}>
          <ChannelForm before={channel} onDone={closeSheet} />
        </Sheet>
      ) : null}
      {sheet === "rotate" ? <RotateSheet channel={channel} onSecret={onSecret} onClose={closeSheet} /> : null}
      {sheet === "delete" ? <DeleteSheet channel={channel} onDeleted={onClose} onClose={closeSheet} /> : null}
    </Sheet>
  );
}

function ChannelFacts({ channel }: { channel: Channel }) {
  const { kind, enabled, lastFour, target } = channel;
  const said = KIND_FIELDS[kind].flatMap((field) => {
    if (field.secret === true) {
      const ending = lastFour[field.name];
      return ending === undefined
        ? []
        : [{ label: field.label, value: ending === "" ? "set" : `ends with …${ending}` }];
    }
    const text = textOfSetting(field, channel);
    const shown = field.options?.find(({ value }) => value === text)?.label ?? text.replaceAll("\n", ", ");
    return text === "" ? [] : [{ label: field.label, value: shown }];
  });
  return (
    <Facts
      facts={[
        { label: "Kind", value: KIND_LABELS[kind] },
        { label: "Goes to", value: target },
        ...said,
        { label: "State", value: enabled ? "on" : "off: nothing is sent there" },
        { label: "Messages a minute", value: `at most ${channel.maxPerMinute}` },
        { label: "Made", value: <When at={channel.createdAt} /> },
      ]}
    />
  );
}

function Test({ channel: { id, kind } }: { channel: Channel }) {
  const refresh = useRefresh();
  const { problem, isBusy, act } = useDeed();
  const [result, setResult] = useState<TestResult | null>(null);
  const send = async () => {
    setResult(null);
    setResult(await testChannel(id));
    await refresh();
  };
  return (
    <section aria-label="Test" className="flex flex-col gap-3">
      <button type="button" aria-disabled={isBusy} onClick={() => act(send)} className={`${smallButton} self-start`}>
        <Icon name="bell" />
        {isBusy && result === null ? "Sending…" : "Send a test message"}
      </button>
      <output aria-live="polite" className="flex flex-col gap-2">
        {result === null ? null : <Outcome result={result} />}
      </output>
      {result?.delivered === false && kind !== "smtp" && kind !== "resend" ? (
        <p className="text-[0.8125rem] text-muted">
          Internal addresses have to be allowed in the setting <code className="font-mono">allowInternalWebhooks</code>.
        </p>
      ) : null}
      {problem === null ? null : <Problem>{problem}</Problem>}
    </section>
  );
}

function Outcome({ result: { delivered, failure, answer } }: { result: TestResult }) {
  return (
    <>
      <span
        className={`rounded-lg px-3 py-2 text-[0.8125rem] wrap-anywhere ${delivered ? "bg-low-back text-low" : "bg-high-back text-high"}`}
      >
        {delivered ? "It has arrived." : `It has not arrived: ${failure ?? "no reason was given"}`}
      </span>
      {answer === null || answer === "" ? null : (
        <span className="text-[0.8125rem] wrap-anywhere text-muted">The other side answered: {answer}</span>
      )}
    </>
  );
}

function RotateSheet({
  channel: { id, name },
  onSecret,
  onClose,
}: {
  channel: Channel;
  onSecret: (made: MadeSecret) => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  return (
    <ConfirmSheet
      title={`New secret for ${name}`}
      action="Make a new secret"
      onConfirm={async () => {
        const made = await rotateSecret(id);
        await refresh();
        onSecret(made);
      }}
      onClose={onClose}
    >
      The one before signs too for 24 hours, so that the receiver can change over without a gap.
    </ConfirmSheet>
  );
}

function DeleteSheet({
  channel: { id, name },
  onDeleted,
  onClose,
}: {
  channel: Channel;
  onDeleted: () => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  return (
    <ConfirmSheet
      title={`Delete ${name}`}
      action="Delete the channel"
      onConfirm={async () => {
        await removeChannel(id);
        onDeleted();
        await refresh();
      }}
      onClose={onClose}
    >
      What still waits for it is given up. Rules that tell only this channel tell nobody any more.
    </ConfirmSheet>
  );
}
