import { OutlayProvider } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { outlay } from "../../api/outlay.ts";
import { Icon } from "../../ui/icon.tsx";
import { ChatSettings } from "./chat-settings.tsx";
import { useChatKey } from "./chat-key.ts";
import { Composer } from "./composer.tsx";
import { Conversation } from "./conversation.tsx";
import { firstModel, modelsQuestion, providersQuestion } from "./gateway-providers.ts";
import type { ChatProvider } from "./gateway-providers.ts";
import { SessionSum } from "./session-sum.tsx";
import { useChat } from "./use-chat.ts";

/** Talk to a model through the gateway, and see what each answer costs. */
export function Playground() {
  const { data: providers, error } = useQuery(providersQuestion);
  return (
    <OutlayProvider client={outlay}>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[84rem] px-4 pt-1 pb-6 outline-none sm:px-6">
        <h1 className="sr-only">Playground</h1>
        {error === null ? null : (
          <p role="alert" className="text-high">
            {error.message}
          </p>
        )}
        {providers === undefined ? null : <Bench providers={providers} />}
      </main>
    </OutlayProvider>
  );
}

function Bench({ providers }: { providers: ChatProvider[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [models, setModels] = useState<Record<string, string>>({});
  const provider = providers.find(({ name }) => name === chosen) ?? providers[0] ?? null;
  const known = useQuery({ ...modelsQuestion(provider?.billedAs ?? ""), enabled: provider !== null }).data ?? [];
  const model = provider === null ? "" : (models[provider.name] ?? firstModel(provider, known));
  const [key, setKey] = useChatKey(provider?.name ?? "");
  const chat = useChat(provider === null ? null : { provider, model: model.trim(), key });
  if (provider === null) return <p className="text-muted">The gateway has no provider that speaks in chats.</p>;
  return (
    <div className="grid gap-4 lg:h-[calc(100dvh-5.5rem)] lg:min-h-[34rem] lg:grid-cols-[1fr_20rem]">
      <section
        aria-labelledby="chat"
        className="order-2 flex h-[70dvh] min-h-[26rem] min-w-0 flex-col rounded-xl border border-line bg-surface lg:order-1 lg:h-auto lg:min-h-0"
      >
        <header className="flex min-h-12 items-center justify-between gap-3 border-b border-line py-2 pr-2 pl-4 sm:pl-6">
          <h2 id="chat" className="truncate text-[0.9375rem] font-semibold tracking-[-0.01em]">
            {model === "" ? "Chat" : model}
          </h2>
          <button
            type="button"
            onClick={chat.restart}
            disabled={chat.messages.length === 0}
            className="inline-flex h-9 items-center gap-1.5 rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted enabled:hover:bg-raised enabled:hover:text-ink disabled:opacity-50"
          >
            <Icon name="plus" className="size-3.5" />
            New chat
          </button>
        </header>
        <Conversation chat={chat} ideas={IDEAS} />
        <Composer
          isAnswering={chat.isAnswering}
          hindrance={hindrance(provider, model, key)}
          onSend={chat.send}
          onStop={chat.stop}
        />
      </section>
      <aside
        aria-label="Settings and costs"
        className="order-1 flex min-w-0 flex-col gap-4 lg:order-2 lg:overflow-y-auto"
      >
        <SessionSum key={chat.session} session={chat.session} />
        <ChatSettings
          providers={providers}
          provider={provider}
          onProvider={setChosen}
          model={model}
          onModel={(name) => setModels((before) => ({ ...before, [provider.name]: name }))}
          apiKey={key}
          onApiKey={setKey}
        />
      </aside>
    </div>
  );
}

function hindrance({ mock, key: kept }: ChatProvider, model: string, typed: string): string | null {
  if (model.trim() === "") return "Choose a model first.";
  return typed === "" && !mock && kept !== "server" ? "Enter a key first." : null;
}

const IDEAS = ["Explain tokens in two sentences", "Write a haiku about invoices", "Name five uses of a paperclip"];
