import { CostBadge } from "@outlay/react";
import type { LiveCosts } from "@outlay/react";
import { useEffect, useRef, useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import type { Chat, Message } from "./use-chat.ts";

/** The talk, each answer with what it cost. Follows what arrives, unless somebody has scrolled up to read. */
export function Conversation({ chat, live, ideas }: { chat: Chat; live: LiveCosts; ideas: readonly string[] }) {
  const list = useFollow();
  return (
    <div
      ref={list}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
      tabIndex={0}
      role="log"
      aria-label="Conversation"
      className="min-h-0 grow overflow-y-auto px-4 py-5 sm:px-6"
    >
      {chat.messages.length === 0 ? (
        <Start ideas={ideas} onIdea={chat.send} />
      ) : (
        <ol className="mx-auto flex max-w-3xl flex-col gap-5">
          {chat.messages.map((message, index) => (
            <li key={message.id} className={message.role === "user" ? "flex justify-end" : ""}>
              {message.role === "user" ? (
                <Question text={message.text} />
              ) : (
                <Answer message={message} live={live} again={index === chat.messages.length - 1 ? chat.again : null} />
              )}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Start({ ideas, onIdea }: { ideas: readonly string[]; onIdea: (text: string) => void }) {
  return (
    <div className="mx-auto flex h-full max-w-xl flex-col items-center justify-center gap-5 py-8 text-center">
      <div>
        <h2 className="text-lg font-semibold tracking-[-0.015em]">What does a conversation cost?</h2>
        <p className="mt-1 text-muted">
          Talk to a model through the gateway. Every answer shows its cost as it is recorded.
        </p>
      </div>
      <ul className="flex flex-wrap justify-center gap-2">
        {ideas.map((idea) => (
          <li key={idea}>
            <button
              type="button"
              onClick={() => onIdea(idea)}
              className="rounded-full border border-line px-3.5 py-2 text-[0.8125rem] hover:border-control hover:bg-raised"
            >
              {idea}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Question({ text }: { text: string }) {
  return (
    <div className="max-w-[85%] rounded-2xl rounded-br-md bg-strong px-4 py-2.5 break-words whitespace-pre-wrap text-on-strong">
      <span className="sr-only">You: </span>
      {text}
    </div>
  );
}

function Answer({ message, live, again }: { message: Message; live: LiveCosts; again: (() => void) | null }) {
  const { text, state, model, eventId, problem } = message;
  const isOver = state === "whole" || state === "stopped" || state === "failed";
  return (
    <article aria-busy={!isOver} className="min-w-0">
      <h3 className="sr-only">{model}</h3>
      {text === "" && !isOver ? <p className="text-muted">…</p> : null}
      <p className="break-words whitespace-pre-wrap">
        {text}
        {state === "arriving" && text !== "" ? <span aria-hidden="true" className="caret" /> : null}
      </p>
      {problem === undefined ? null : (
        <p
          role="alert"
          className="mt-1 flex items-start gap-2 rounded-lg bg-high-back px-3 py-2 text-[0.8125rem] text-high"
        >
          <Icon name="warning" className="mt-0.5" />
          <span className="min-w-0 break-words">
            {problem.status === null ? "" : `${problem.status}: `}
            {problem.message}
          </span>
        </p>
      )}
      <footer className="mt-2 flex flex-wrap items-center gap-x-2.5 gap-y-1 text-xs text-muted">
        {state === "failed" && eventId === undefined ? null : (
          <AnswerCost eventId={isOver ? eventId : undefined} live={live} />
        )}
        <span>{model}</span>
        {state === "stopped" ? <span>· stopped</span> : null}
        {again !== null && (state === "failed" || state === "stopped") ? (
          <button
            type="button"
            onClick={again}
            className="rounded-md px-1.5 py-0.5 font-medium text-accent hover:bg-raised"
          >
            Ask again
          </button>
        ) : null}
      </footer>
    </article>
  );
}

/** The cost as the live stream tells it; asked for when the stream is away, or says nothing for a while. */
function AnswerCost({ eventId, live }: { eventId: string | undefined; live: LiveCosts }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (eventId === undefined) return undefined;
    const timer = setTimeout(() => setLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, [eventId]);
  const event = live.events.find(({ id }) => id === eventId);
  const label = "Cost of this answer";
  if (event !== undefined) return <CostBadge event={event} label={label} />;
  if (eventId !== undefined && (isLate || live.status === "away")) return <CostBadge eventId={eventId} label={label} />;
  return <CostBadge loading label={label} />;
}

const LATE_MS = 3_000;

/** Keeps the end in sight while the list grows, as long as the reader was at the end. */
function useFollow() {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const look = () => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, []);
  useEffect(() => {
    const element = list.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  });
  return list;
}

const NEAR_PX = 60;
