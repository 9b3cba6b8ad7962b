import { useCallback, useEffect, useRef, useState } from "react";
import { serverUrl } from "../../api/server-url.ts";
import { chatRequest } from "./chat-request.ts";
import type { Turn } from "./chat-request.ts";
import type { ChatProvider } from "./gateway-providers.ts";
import { ChatFailed, readAnswer } from "./read-answer.ts";

/** A message of the talk, with the call that made it. */
export interface Message extends Turn {
  id: string;
  state: "waiting" | "arriving" | "whole" | "stopped" | "failed";
  /** Of an answer: which model was asked. */
  model?: string;
  /** Of an answer: the recorded call, once the gateway has named it. */
  eventId?: string;
  problem?: ChatFailed;
}

export interface Chat {
  /** Under which its calls are recorded. */
  session: string;
  messages: Message[];
  isAnswering: boolean;
  send: (text: string) => void;
  /** Asks the last question again, in place of an answer that failed or was stopped. */
  again: () => void;
  stop: () => void;
}

/** With whom to talk. */
export interface Partner {
  provider: ChatProvider;
  model: string;
  /** Empty: the server's own, if it has one. */
  key: string;
}

/** A talk with a model through the gateway; its calls are recorded under the session. */
export function useChat(session: string, partner: Partner): Chat {
  const [messages, setMessages] = useState<Message[]>([]);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const ask = async (turns: Message[]) => {
    if (running.current !== null) return;
    const abort = new AbortController();
    running.current = abort;
    const answer: Message = { id: newId(), role: "assistant", text: "", state: "waiting", model: partner.model };
    setMessages([...turns, answer]);
    const change = (next: (message: Message) => Message) =>
      setMessages((all) => all.map((message) => (message.id === answer.id ? next(message) : message)));
    try {
      const { path, ...request } = chatRequest(partner.provider, { ...partner, session, turns: asTurns(turns) });
      const response = await fetch(serverUrl(path), { ...request, method: "POST", signal: abort.signal });
      const eventId = response.headers.get("x-outlay-event-id");
      change((message) => ({ ...message, state: "arriving", ...(eventId === null ? {} : { eventId }) }));
      await readAnswer(response, partner.provider.chat.language, (text) =>
        change((message) => ({ ...message, text: message.text + text })),
      );
      change((message) => ({ ...message, state: "whole" }));
    } catch (error) {
      if (abort.signal.aborted) change((message) => ({ ...message, state: "stopped" }));
      else change((message) => ({ ...message, state: "failed", problem: problemOf(error) }));
    } finally {
      if (running.current === abort) running.current = null;
    }
  };

  const last = messages.at(-1);
  return {
    session,
    messages,
    isAnswering: last?.state === "waiting" || last?.state === "arriving",
    send: (text) => void ask([...messages, { id: newId(), role: "user", text, state: "whole" }]),
    again: () => void ask(messages.slice(0, messages.findLastIndex(({ role }) => role === "user") + 1)),
    stop: useCallback(() => running.current?.abort(), []),
  };
}

/** What the model is told of the talk: answers that never came are left out with their questions' repetition. */
function asTurns(messages: Message[]): Turn[] {
  return messages.filter(({ text }) => text !== "").map(({ role, text }) => ({ role, text }));
}

function problemOf(error: unknown): ChatFailed {
  if (error instanceof ChatFailed) return error;
  if (error instanceof TypeError) return new ChatFailed(null, "The connection broke before the answer was whole.");
  return new ChatFailed(null, "The answer is not in the form that was expected.");
}

const newId = () => crypto.randomUUID();
