import { OutlayProvider, money, useLiveCosts } from "@outlay/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ReactNode } from "react";
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
import type { Partner } from "./use-chat.ts";

/** Talk to a model through the gateway, and see what each answer costs. */
export function Playground() {
  const { data: providers, error } = useQuery(providersQuestion);
  return (
    <OutlayProvider client={outlay}>
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[84rem] px-4 pt-1 pb-6 outline-none sm:px-6">
        <title>Playground · Outlay</title>
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

/** Who is talked to outlives a talk; a new talk is another session. */
function Bench({ providers }: { providers: ChatProvider[] }) {
  const [session, setSession] = useState(newSession);
  const [chosen, setChosen] = useState<string | null>(null);
  const [models, setModels] = useState<Record<string, string>>({});
  const provider = providers.find(({ name }) => name === chosen) ?? providers[0] ?? null;
  const known = useQuery({ ...modelsQuestion(provider?.billedAs ?? ""), enabled: provider !== null }).data ?? [];
  const [key, setKey] = useChatKey(provider?.name ?? "");
  if (provider === null) return <p className="text-muted">The gateway has no provider that speaks in chats.</p>;
  const model = models[provider.name] ?? firstModel(provider, known);
  return (
    <Talk
      key={session}
      session={session}
      partner={{ provider, model: model.trim(), key }}
      onRestart={() => setSession(newSession())}
      settings={
        <ChatSettings
          providers={providers}
          provider={provider}
          onProvider={setChosen}
          model={model}
          models={known}
          onModel={(name) => setModels((before) => ({ ...before, [provider.name]: name }))}
          apiKey={key}
          onApiKey={setKey}
        />
      }
    />
  );
}

function Talk(props: { session: string; partner: Partner; onRestart: () => void; settings: ReactNode }) {
  const { session, partner, onRestart, settings } = props;
  const live = useLiveCosts({ filter: (event) => event.session === session, limit: 1_000 });
  const chat = useChat(session, partner);
  const stopper = hindrance(partner);
  return (
    <div className="grid gap-4 lg:h-[calc(100dvh-3.25rem)] lg:min-h-[34rem] lg:grid-cols-[1fr_20rem] lg:grid-rows-[auto_1fr]">
      <div className="lg:order-3 lg:min-h-0 lg:overflow-y-auto">{settings}</div>
      <section
        aria-labelledby="chat"
        className="flex h-[calc(100dvh-11rem)] min-h-96 min-w-0 flex-col rounded-xl border border-line bg-surface lg:order-1 lg:row-span-2 lg:h-auto lg:min-h-0"
      >
        <header className="flex min-h-12 items-center justify-between gap-3 border-b border-line py-1.5 pr-2 pl-4 sm:pl-6">
          <h2 id="chat" className="truncate text-[0.9375rem] font-semibold tracking-[-0.01em]">
            {partner.model === "" ? "Chat" : partner.model}
          </h2>
          <div className="flex shrink-0 items-center gap-1">
            {live.sum.costUsd === null ? null : (
              <button
                type="button"
                onClick={showSum}
                className="rounded-md px-1.5 py-1 text-[0.8125rem] font-medium tabular-nums lg:hidden"
              >
                <span className="sr-only">This chat: </span>
                {money(live.sum.costUsd)}
              </button>
            )}
            <button
              type="button"
              onClick={onRestart}
              disabled={chat.messages.length === 0}
              className="inline-flex h-9 items-center gap-1.5 rounded-lg px-2.5 text-[0.8125rem] font-medium text-muted enabled:hover:bg-raised enabled:hover:text-ink disabled:opacity-50"
            >
              <Icon name="plus" className="size-3.5" />
              New chat
            </button>
          </div>
        </header>
        <Conversation chat={chat} live={live} ideas={stopper === null ? IDEAS : []} />
        <Composer isAnswering={chat.isAnswering} hindrance={stopper} onSend={chat.send} onStop={chat.stop} />
      </section>
      <div className="min-w-0 lg:order-2">
        <SessionSum session={session} live={live} />
      </div>
    </div>
  );
}

/** On a phone the sums stand below the talk. */
const showSum = () => document.querySelector("#session-sum")?.scrollIntoView();

/** Why nothing can be asked; null: it can. */
function hindrance({ provider: { mock, key: kept }, model, key }: Partner): string | null {
  if (model === "") return "Choose a model first.";
  return key === "" && !mock && kept !== "server" ? "Enter a key first." : null;
}

const newSession = () => `playground-${crypto.randomUUID().slice(0, 8)}`;

const IDEAS = ["Explain tokens in two sentences", "Write a haiku about invoices", "Name five uses of a paperclip"];
