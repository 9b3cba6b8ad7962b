import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { gatewayQuestion, providerKeysQuestion } from "../../api/providers.ts";
import type { GatewayProvider, ProviderKey } from "../../api/providers.ts";
import { serverAddress } from "../../api/server-url.ts";
import { validateSearch } from "../../filters/search.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { mainButton, smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { ProviderDrawer } from "./provider-drawer.tsx";
import { ProviderKeySheet } from "./provider-key-sheet.tsx";
import { baseUrlOf } from "./provider-snippets.ts";
import { useSettingsState } from "./settings-state.ts";
import { When } from "../../ui/when.tsx";

/** Whose keys are kept here, and where the gateway answers for each provider. */
export function Providers() {
  const { state, open, close } = useSettingsState();
  const gateway = useQuery(gatewayQuestion);
  const stored = useQuery(providerKeysQuestion);
  const providers = gateway.data?.providers ?? [];
  const keys = stored.data?.providerKeys ?? [];
  const store = () => open({ provider: "new" });
  return (
    <>
      <Card
        id="provider-keys"
        title="Stored keys"
        actions={
          keys.length === 0 ? undefined : (
            <button type="button" onClick={store} className={smallButton}>
              <Icon name="plus" />
              Store a key
            </button>
          )
        }
      >
        {stored.error === null ? null : <ProblemNote error={stored.error} />}
        {stored.data !== undefined && keys.length === 0 ? (
          <EmptyState
            title="No provider's key is stored"
            action={
              <button type="button" onClick={store} className={mainButton}>
                Store a key
              </button>
            }
          >
            A stored key stands behind Outlay's own keys in the gateway, so that applications never hold it. Without
            one, callers bring their own.
          </EmptyState>
        ) : (
          <DataTable
            caption="Keys of providers that are stored here"
            columns={KEY_COLUMNS}
            rows={keys}
            rowKey={({ provider }) => provider}
            onOpen={({ provider }) => open({ provider })}
            openLabel={({ provider }) => `Stored key for ${provider}`}
          />
        )}
      </Card>
      <Card id="gateway" title="Gateway">
        {gateway.error === null ? null : <ProblemNote error={gateway.error} />}
        <p className="px-4 text-[0.8125rem] text-muted sm:px-5">
          Put an address into your SDK in place of the provider's own, and every call is recorded on its way.
        </p>
        <DataTable
          caption="Providers of the gateway"
          columns={COLUMNS}
          rows={providers}
          rowKey={({ name }) => name}
          onOpen={({ name }) => open({ provider: name })}
          openLabel={({ name }) => `Provider ${name}`}
          isOpen={({ name }) => name === state.provider}
        />
      </Card>
      <ReportsCard />
      {state.provider === "new" && gateway.data !== undefined ? (
        <ProviderKeySheet provider={null} names={providers.map(({ name }) => name)} onClose={close} />
      ) : null}
      {state.provider !== undefined && state.provider !== "new" && gateway.data !== undefined ? (
        <ProviderDrawer
          key={state.provider}
          name={state.provider}
          provider={providers.find(({ name }) => name === state.provider) ?? null}
          stored={keys.find(({ provider }) => provider === state.provider) ?? null}
          onClose={close}
        />
      ) : null}
    </>
  );
}

/** What providers say themselves has a page of its own. */
function ReportsCard() {
  return (
    <Card
      id="reports"
      title="What providers report"
      actions={
        <Link to="/reconciliation" search={validateSearch} className={smallButton}>
          <Icon name="scales" />
          Reconciliation
        </Link>
      }
    >
      <p className="px-4 pb-4 text-[0.8125rem] text-muted sm:px-5">
        Providers can be asked what was used and what it costs:{" "}
        <code className="font-mono">outlay sync add openai</code>. It is held against what was recorded, and is in no
        total.
      </p>
    </Card>
  );
}

const KEY_COLUMNS: readonly Column<ProviderKey>[] = [
  { key: "provider", label: "Provider", cell: ({ provider }) => provider },
  { key: "name", label: "Name", from: "sm", width: "w-[34%]", cell: ({ name }) => name, title: ({ name }) => name },
  {
    key: "ends",
    label: "Ends with",
    cell: ({ lastFour, readable }) =>
      readable ? (
        <code className="font-mono text-[0.8125rem]">…{lastFour}</code>
      ) : (
        <span className="text-high">cannot be read</span>
      ),
  },
  { key: "stored", label: "Stored", align: "right", cell: ({ storedAt }) => <When at={storedAt} /> },
];

const WHOSE_KEY = { server: "the server's", stored: "stored here" } as const;

const COLUMNS: readonly Column<GatewayProvider>[] = [
  { key: "name", label: "Provider", cell: ({ name }) => name },
  {
    key: "address",
    label: "Address for an SDK",
    from: "md",
    width: "w-[50%]",
    cell: (provider) =>
      provider.hasAddress ? (
        <code className="font-mono text-[0.8125rem]">{baseUrlOf(provider, serverAddress())}</code>
      ) : (
        <span className="text-muted">its own address is to be set in outlay.config.json first</span>
      ),
    title: (provider) => (provider.hasAddress ? baseUrlOf(provider, serverAddress()) : undefined),
  },
  {
    key: "key",
    label: "Key",
    align: "right",
    cell: ({ key, mock }) =>
      mock ? (
        <span className="text-muted">none: answers are made up</span>
      ) : key === null ? (
        <span className="text-muted">callers bring theirs</span>
      ) : (
        WHOSE_KEY[key]
      ),
  },
];
