import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { revokeKey, rotateKey } from "../../api/keys.ts";
import type { Key } from "../../api/keys.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { SelectField } from "../../ui/form-fields.tsx";
import { Form, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import { KeyForm } from "./key-form.tsx";
import { OWNERS, scopeLabel, tagsOf } from "./key-words.ts";
import { When } from "../../ui/when.tsx";

/** One key: what it is for, where it was used from, and what can be done to it. */
export function KeyDrawer({
  of: key,
  onToken,
  onClose,
}: {
  /** Null: it is not there any more. */
  of: Key | null;
  onToken: (made: { key: Key; token: string }) => void;
  onClose: () => void;
}) {
  const [sheet, setSheet] = useState<"change" | "rotate" | "revoke" | null>(null);
  const closeSheet = () => setSheet(null);
  if (key === null) {
    return (
      <Sheet form="drawer" title="Key" onClose={onClose}>
        <p className="text-muted">This key is not there any more.</p>
      </Sheet>
    );
  }
  return (
    <Sheet form="drawer" title={key.name} onClose={onClose}>
      <KeyFacts of={key} />
      <UsedFrom of={key} />
      <div className="flex flex-wrap gap-2">
        <button type="button" onClick={() => setSheet("change")} className={smallButton}>
          <Icon name="edit" />
          Change
        </button>
        <button type="button" onClick={() => setSheet("rotate")} className={smallButton}>
          <Icon name="unlocked" />
          New token
        </button>
        <button type="button" onClick={() => setSheet("revoke")} className={smallButton}>
          <Icon name="trash" />
          Revoke
        </button>
        <Link
          to="/calls"
          search={{ filter: [`credential:${key.name.replaceAll("*", "\\*")}`] }}
          className={smallButton}
        >
          <Icon name="list" />
          Its calls
        </Link>
      </div>
      {sheet === "change" ? (
        <Sheet form="wide" title={`Change ${key.name}`} onClose={closeSheet}>
          <KeyForm before={key} onMade={onToken} onDone={closeSheet} />
        </Sheet>
      ) : null}
      {sheet === "rotate" ? <RotateSheet of={key} onToken={onToken} onClose={closeSheet} /> : null}
      {sheet === "revoke" ? <RevokeSheet of={key} onRevoked={onClose} onClose={closeSheet} /> : null}
    </Sheet>
  );
}

function KeyFacts({ of: key }: { of: Key }) {
  const { attribution, expired, expiresAt, previous } = key;
  const owners = OWNERS.flatMap((name) =>
    typeof attribution[name] === "string"
      ? [{ label: name.charAt(0).toUpperCase() + name.slice(1), value: attribution[name] }]
      : [],
  );
  const tags = Object.entries(tagsOf(attribution)).map(([name, value]) => ({ label: `Tag ${name}`, value }));
  return (
    <Facts
      facts={[
        { label: "For", value: key.scopes.map(scopeLabel).join(", ") },
        { label: "Token ends with", value: <code className="font-mono">{key.lastFour}</code> },
        ...owners,
        ...tags,
        { label: "Made", value: <When at={key.createdAt} /> },
        { label: "Last used", value: <When at={key.lastUsedAt} /> },
        {
          label: expired ? "Expired" : "Expires",
          value: (
            <span className={expired ? "text-high" : ""}>
              <When at={expiresAt} />
            </span>
          ),
        },
        ...(previous === null
          ? []
          : [
              {
                label: "Token before",
                value: (
                  <>
                    …{previous.lastFour}, until <When at={previous.until} />
                  </>
                ),
              },
            ]),
      ]}
    />
  );
}

function UsedFrom({ of: { usedFrom } }: { of: Key }) {
  if (usedFrom.length === 0) return null;
  return (
    <section aria-labelledby="used-from" className="flex flex-col gap-1">
      <h3 id="used-from" className="font-semibold">
        Used from
      </h3>
      <ul className="divide-y divide-line">
        {usedFrom.map(({ address, firstAt, lastAt }) => (
          <li key={address} className="flex flex-wrap items-baseline justify-between gap-x-6 py-2">
            <span className="font-mono text-[0.8125rem] wrap-anywhere">{address}</span>
            <span className="text-[0.8125rem] text-muted">
              <When at={firstAt} /> to <When at={lastAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RotateSheet({
  of: { id, name },
  onToken,
  onClose,
}: {
  of: Key;
  onToken: (made: { key: Key; token: string }) => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  return (
    <Sheet title={`New token for ${name}`} onClose={onClose}>
      <Form
        action="Make a new token"
        onSubmit={async ({ overlapHours = "24" }) => {
          const made = await rotateKey(id, Number(overlapHours));
          await refresh();
          onToken(made);
        }}
      >
        <p className="-mt-2 text-muted">What the key is for stays, and so does the record of its use.</p>
        <SelectField
          label="The token before works for"
          name="overlapHours"
          defaultValue="24"
          options={[
            { value: "0", label: "No longer: somebody has seen it" },
            { value: "1", label: "An hour more" },
            { value: "24", label: "A day more" },
            { value: "168", label: "A week more" },
            { value: "720", label: "30 days more" },
          ]}
          hint="So that whoever uses it can change over without a gap."
        />
      </Form>
    </Sheet>
  );
}

function RevokeSheet({
  of: { id, name },
  onRevoked,
  onClose,
}: {
  of: Key;
  onRevoked: () => void;
  onClose: () => void;
}) {
  const refresh = useRefresh();
  return (
    <ConfirmSheet
      title={`Revoke ${name}`}
      action="Revoke the key"
      onConfirm={async () => {
        await revokeKey(id);
        onRevoked();
        await refresh();
      }}
      onClose={onClose}
    >
      It stops at once, and cannot be brought back. Whatever uses it is refused. The calls that were made with it stay.
    </ConfirmSheet>
  );
}
