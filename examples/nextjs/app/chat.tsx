"use client";

import { CostBadge, OutlayProvider, useLiveCosts } from "@outlay/react";
import { type FormEvent, useState } from "react";

/** A chat that shows, to whoever may see it, what the last answer has cost. */
export function Chat() {
  return (
    <OutlayProvider url="/outlay">
      <Conversation />
      <LastCost />
    </OutlayProvider>
  );
}

function LastCost() {
  const { events } = useLiveCosts({ limit: 1 });
  const [last] = events;
  return last === undefined ? null : (
    <p>
      The last answer: <CostBadge event={last} />
    </p>
  );
}

function Conversation() {
  const [answer, setAnswer] = useState("");
  const [isBusy, setBusy] = useState(false);

  async function send(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const message = new FormData(event.currentTarget).get("message");
    setAnswer("");
    setBusy(true);
    try {
      const response = await fetch("/api/chat", { method: "POST", body: JSON.stringify({ message, user: "visitor" }) });
      if (!response.ok || response.body === null) throw new Error(`The server answered ${response.status}.`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        const text = piece.value;
        setAnswer((before) => before + text);
      }
    } catch (error) {
      setAnswer(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={send}>
      <label>
        Message <input name="message" required />
      </label>{" "}
      <button disabled={isBusy}>Send</button>
      <p aria-live="polite">{answer}</p>
    </form>
  );
}
