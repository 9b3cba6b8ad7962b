import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Select } from "../../ui/select.tsx";
import { modelsQuestion } from "./gateway-providers.ts";
import type { ChatProvider } from "./gateway-providers.ts";

interface ChatSettingsProps {
  providers: ChatProvider[];
  provider: ChatProvider;
  onProvider: (name: string) => void;
  model: string;
  onModel: (model: string) => void;
  apiKey: string;
  onApiKey: (key: string) => void;
}

/** With whom to talk, and whose key pays. */
export function ChatSettings(props: ChatSettingsProps) {
  const { providers, provider, onProvider, model, onModel, apiKey, onApiKey } = props;
  const models = useQuery(modelsQuestion(provider.billedAs)).data ?? [];
  const id = useId();
  return (
    <section
      aria-labelledby={`${id}-title`}
      className="flex flex-col gap-3 rounded-xl border border-line bg-surface px-4 py-4 sm:px-5"
    >
      <h2 id={`${id}-title`} className="text-[0.9375rem] font-semibold tracking-[-0.01em]">
        Talk to
      </h2>
      <div className="flex flex-col gap-1">
        <span aria-hidden="true" className="text-[0.8125rem] text-muted">
          Provider
        </span>
        <Select
          label="Provider"
          value={provider.name}
          options={providers.map(({ name, mock }) => ({ value: name, label: mock ? `${name} (costs nothing)` : name }))}
          onChange={onProvider}
        />
      </div>
      <label className="flex flex-col gap-1 text-[0.8125rem] text-muted">
        Model
        <input
          list={`${id}-models`}
          value={model}
          onChange={(event) => onModel(event.target.value)}
          spellCheck={false}
          autoComplete="off"
          className={FIELD}
        />
        <datalist id={`${id}-models`}>
          {models.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      </label>
      {provider.mock ? null : (
        <label className="flex flex-col gap-1 text-[0.8125rem] text-muted">
          Key
          <input
            type="password"
            value={apiKey}
            onChange={(event) => onApiKey(event.target.value.trim())}
            autoComplete="off"
            spellCheck={false}
            placeholder={provider.key === "server" ? "The server's own" : ""}
            aria-describedby={`${id}-key`}
            className={FIELD}
          />
        </label>
      )}
      <p id={`${id}-key`} className="text-xs text-muted">
        {keyNote(provider)}
      </p>
    </section>
  );
}

function keyNote({ mock, key }: ChatProvider): string {
  if (mock) return "Made-up answers, recorded and priced as if they were real. No key is needed.";
  if (key === "server") return "The server has a key. Another one stays in this tab.";
  if (key === "stored") return "A key is stored: enter an Outlay key that may use the gateway. It stays in this tab.";
  return "Your provider's key, or an Outlay key. It stays in this tab and is passed on with each call.";
}

const FIELD =
  "h-9 w-full min-w-0 rounded-lg border border-line bg-surface px-3 text-[0.8125rem] font-medium text-ink hover:border-control";
