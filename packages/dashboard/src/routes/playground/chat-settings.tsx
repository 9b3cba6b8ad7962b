import { useId, useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { Select } from "../../ui/select.tsx";
import type { ChatProvider } from "./gateway-providers.ts";

interface ChatSettingsProps {
  providers: ChatProvider[];
  provider: ChatProvider;
  onProvider: (name: string) => void;
  model: string;
  /** To choose from; others can be typed. */
  models: string[];
  onModel: (model: string) => void;
  apiKey: string;
  onApiKey: (key: string) => void;
}

/** With whom to talk, and whose key pays. */
export function ChatSettings(props: ChatSettingsProps) {
  const { providers, provider, onProvider, model, models, onModel, apiKey, onApiKey } = props;
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <section
      aria-labelledby={`${id}-title`}
      className="rounded-xl border border-line bg-surface px-4 py-3 sm:px-5 lg:py-4"
    >
      <div className="flex items-center justify-between gap-3">
        <h2 id={`${id}-title`} className="truncate text-[0.9375rem] font-semibold tracking-[-0.01em]">
          Talk to <span className="lg:hidden">{provider.name}</span>
        </h2>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={`${id}-fields`}
          onClick={() => setOpen(!isOpen)}
          className="inline-flex h-9 items-center gap-1.5 rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted hover:bg-raised hover:text-ink lg:hidden"
        >
          Change
          <Icon name="down" className={`size-3.5 ${isOpen ? "rotate-180" : ""}`} />
        </button>
      </div>
      <div id={`${id}-fields`} className={`mt-3 flex-col gap-3 ${isOpen ? "flex" : "hidden"} lg:flex`}>
        <div className="flex flex-col gap-1">
          <span aria-hidden="true" className="text-[0.8125rem] text-muted">
            Provider
          </span>
          <Select
            label="Provider"
            value={provider.name}
            options={providers.map(({ name, mock }) => ({
              value: name,
              label: mock ? `${name} (costs nothing)` : name,
            }))}
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
              <option key={name} value={name}>
                {name}
              </option>
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
      </div>
    </section>
  );
}

function keyNote({ mock, key }: ChatProvider): string {
  if (mock)
    return "Made-up answers, recorded and priced as if they were real. No key is needed. A line “x-mock: status=429” in a message makes it fail.";
  if (key === "server") return "The server has a key. Another one stays in this tab.";
  if (key === "stored") return "A key is stored: enter an Outlay key that may use the gateway. It stays in this tab.";
  return "Your provider's key, or an Outlay key. It stays in this tab and is passed on with each call.";
}

const FIELD =
  "h-9 w-full min-w-0 rounded-lg border border-line bg-surface px-3 text-[0.8125rem] font-medium text-ink hover:border-control";
