import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keysQuestion } from "../../api/keys.ts";
import type { Key } from "../../api/keys.ts";
import { serverAddress } from "../../api/server-url.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { KeyDrawer } from "./key-drawer.tsx";
import { KeyForm } from "./key-form.tsx";
import { attributionInWords, scopeLabel, usageOf } from "./key-words.ts";
import { useSettingsState } from "./settings-state.ts";
import { ShownOnce } from "./shown-once.tsx";
import { Snippet } from "../../ui/snippet.tsx";
import { When } from "../../ui/when.tsx";

/** Outlay's own keys: who has one, what for, and when it was last used. */
export function Keys() {
  const { state, open, close } = useSettingsState();
  const { data, error } = useQuery(keysQuestion);
  const [made, setMade] = useState<{ key: Key; token: string } | null>(null);
  const keys = data?.keys ?? [];
  const make = () => open({ key: "new" });
  const show = (what: { key: Key; token: string }) => {
    setMade(what);
    close();
  };
  return (
    <>
      {made === null ? null : <NewToken key={made.token} made={made} onDone={() => setMade(null)} />}
      <Card
        id="keys"
        title="Keys"
        actions={
          keys.length === 0 ? undefined : (
            <button type="button" onClick={make} className={smallButton}>
              <Icon name="plus" />
              New key
            </button>
          )
        }
      >
        {error === null ? null : <ProblemNote error={error} />}
        {data !== undefined && keys.length === 0 ? (
          <EmptyState
            title="No keys yet"
            action={
              <button type="button" onClick={make} className={mainButton}>
                New key
              </button>
            }
          >
            With a key an application records its calls, or sends them through the gateway. It says whose they are, and
            can be taken back by itself.
          </EmptyState>
        ) : (
          <DataTable
            caption="Keys, oldest first"
            columns={COLUMNS}
            rows={keys}
            rowKey={({ id }) => id}
            onOpen={({ id }) => open({ key: id })}
            openLabel={({ name }) => `Key ${name}`}
            isOpen={({ id }) => id === state.key}
          />
        )}
      </Card>
      {state.key === "new" ? (
        <Sheet form="wide" title="New key" onClose={close}>
          <KeyForm before={null} onMade={show} onDone={close} />
        </Sheet>
      ) : null}
      {state.key !== undefined && state.key !== "new" && data !== undefined ? (
        <KeyDrawer
          key={state.key}
          of={keys.find(({ id }) => id === state.key) ?? null}
          onToken={show}
          onClose={close}
        />
      ) : null}
    </>
  );
}

function NewToken({ made: { key, token }, onDone }: { made: { key: Key; token: string }; onDone: () => void }) {
  const server = serverAddress();
  return (
    <ShownOnce title={`The token of ${key.name}`} text={token} onDone={onDone}>
      <p>Copy it now: it is stored as a hash and cannot be shown again.</p>
      {usageOf(key, token, server).map(({ label, text }) => (
        <Snippet key={label} label={label} text={text} />
      ))}
    </ShownOnce>
  );
}

const COLUMNS: readonly Column<Key>[] = [
  { key: "name", label: "Name", width: "w-[44%] sm:w-[30%]", cell: ({ name }) => name, title: ({ name }) => name },
  {
    key: "ends",
    label: "Token",
    from: "lg",
    cell: ({ lastFour }) => <code className="font-mono text-[0.8125rem] text-muted">…{lastFour}</code>,
    title: () => "The end of its token",
  },
  { key: "for", label: "For", cell: ({ scopes }) => scopes.map(scopeLabel).join(", ") },
  {
    key: "whose",
    label: "Whose calls",
    from: "md",
    width: "w-[26%]",
    cell: (key) => attributionInWords(key) ?? <span className="text-muted">not said</span>,
    title: (key) => attributionInWords(key) ?? undefined,
  },
  {
    key: "expires",
    label: "Expires",
    from: "sm",
    align: "right",
    cell: ({ expired, expiresAt }) => (expired ? <span className="text-high">expired</span> : <When at={expiresAt} />),
  },
  { key: "used", label: "Last used", align: "right", cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
];
