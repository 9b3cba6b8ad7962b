import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountQuestion } from "../../api/account.ts";
import { PROVIDERS, forgetProviderKey } from "../../api/providers.ts";
import type { GatewayProvider, ProviderKey } from "../../api/providers.ts";
import { serverAddress } from "../../api/server-url.ts";
import { ConfirmSheet } from "../../ui/confirm-sheet.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { Facts } from "../../ui/facts.tsx";
import { ProviderKeySheet } from "./provider-key-sheet.tsx";
import { oneIn, usePageState } from "../../filters/use-page-state.ts";
import { baseUrlOf, snippetsOf } from "./provider-snippets.ts";
import type { ProviderSnippet } from "./provider-snippets.ts";
import { Snippet } from "../../ui/snippet.tsx";
import { When } from "../../ui/when.tsx";

/** One provider: how to call it through the gateway, and the key that is stored for it. */
export function ProviderDrawer({
  name,
  provider,
  stored,
  onClose,
}: {
  name: string;
  /** Null: the gateway does not know it (any more). */
  provider: GatewayProvider | null;
  stored: ProviderKey | null;
  onClose: () => void;
}) {
  return (
    <Sheet form="drawer" title={name} onClose={onClose}>
      {provider === null ? (
        <p className="text-muted">The gateway has no provider of this name.</p>
      ) : provider.hasAddress ? (
        <HowToCall provider={provider} />
      ) : (
        <p className="text-muted">
          The gateway does not know where it answers: name its address under{" "}
          <code className="font-mono">providers</code> in <code className="font-mono">outlay.config.json</code>, and
          start the server again.
        </p>
      )}
      <StoredKey name={name} stored={stored} />
    </Sheet>
  );
}

function HowToCall({ provider }: { provider: GatewayProvider }) {
  const isClosed = useQuery(accountQuestion).data?.state === "signed_in";
  const { state, change } = usePageState(readSnippet);
  const language = state.snippet ?? "python";
  const server = serverAddress();
  const snippets = snippetsOf(provider, { server, isClosed });
  const snippet = snippets.find((one) => one.name === language);
  return (
    <>
      <Snippet label="Address for an SDK" text={baseUrlOf(provider, server)} />
      <p className="text-muted">{whoPays(provider, isClosed)}</p>
      {snippet === undefined ? null : (
        <div className="flex flex-col gap-3">
          <Segmented
            label="Language"
            className="self-start"
            options={snippets.map((one) => ({ value: one.name, label: one.label }))}
            value={language}
            onChange={(next) => change(() => (next === "python" ? {} : { snippet: next }))}
          />
          <Snippet label={snippet.label} text={snippet.text} />
        </div>
      )}
      {provider.billedAs === provider.name ? null : (
        <p className="text-[0.8125rem] text-muted">Its calls are recorded and priced as {provider.billedAs}.</p>
      )}
    </>
  );
}

function whoPays({ key, mock }: GatewayProvider, isClosed: boolean): string {
  if (mock) return "A mock provider answers: answers are made up and cost nothing.";
  if (key === "stored") return "Callers send a key of Outlay's with the scope “gateway”; the stored key pays.";
  if (key === "server") {
    return isClosed
      ? "Callers send a key of Outlay's with the scope “gateway”; the server's own key pays."
      : "Calls that bring no key are paid with the server's own.";
  }
  return isClosed
    ? "Callers bring their own key for the provider, and beside it one of Outlay's with the scope “gateway”. Keys pass through and are never kept."
    : "Callers bring their own key for the provider. It passes through and is never kept.";
}

function StoredKey({ name, stored }: { name: string; stored: ProviderKey | null }) {
  const queries = useQueryClient();
  const [sheet, setSheet] = useState<"store" | "forget" | null>(null);
  const closeSheet = () => setSheet(null);
  return (
    <section aria-labelledby="stored-key" className="flex flex-col gap-3 border-t border-line pt-5">
      <h3 id="stored-key" className="font-semibold">
        Stored key
      </h3>
      {stored === null ? (
        <p className="text-muted">None. With one, applications need a key of Outlay's only.</p>
      ) : (
        <Facts
          facts={[
            { label: "Name", value: stored.name },
            { label: "Ends with", value: <code className="font-mono">…{stored.lastFour}</code> },
            { label: "Stored", value: <When at={stored.storedAt} /> },
          ]}
        />
      )}
      {stored?.readable === false ? (
        <p className="rounded-lg bg-high-back px-3 py-2 text-[0.8125rem] text-high">
          It was encrypted with another secret and cannot be read: store it again.
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <button type="button" onClick={() => setSheet("store")} className={smallButton}>
          <Icon name={stored === null ? "plus" : "edit"} />
          {stored === null ? "Store a key" : "Replace it"}
        </button>
        {stored === null ? null : (
          <button type="button" onClick={() => setSheet("forget")} className={smallButton}>
            <Icon name="trash" />
            Forget it
          </button>
        )}
      </div>
      {sheet === "store" ? <ProviderKeySheet provider={name} onClose={closeSheet} /> : null}
      {sheet === "forget" ? (
        <ConfirmSheet
          title={`Forget the key for ${name}`}
          action="Forget the key"
          onConfirm={async () => {
            await forgetProviderKey(name);
            await queries.invalidateQueries({ queryKey: [PROVIDERS] });
          }}
          onClose={closeSheet}
        >
          Calls that relied on it are refused from now on. The provider does not hear of it: withdraw the key there too.
        </ConfirmSheet>
      ) : null}
    </section>
  );
}

/** In which language the drawer shows how to call a provider. */
function readSnippet(raw: Record<string, unknown>): { snippet?: ProviderSnippet["name"] } {
  const snippet = oneIn(raw, "snippet", ["python", "javascript", "curl"]);
  return snippet === undefined ? {} : { snippet };
}
