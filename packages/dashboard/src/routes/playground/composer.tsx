import { useRef, useState } from "react";
import { Icon } from "../../ui/icon.tsx";

interface ComposerProps {
  isAnswering: boolean;
  /** Why nothing can be sent; null: it can. */
  hindrance: string | null;
  onSend: (text: string) => void;
  onStop: () => void;
}

/** Where the question is written. Enter sends it, Shift and Enter begins a line, Escape stops the answer. */
export function Composer({ isAnswering, hindrance, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const canSend = text.trim() !== "" && !isAnswering && hindrance === null;
  const send = () => {
    if (!canSend) return;
    onSend(text.trim());
    setText("");
  };
  return (
    <form
      className="border-t border-line px-3 py-3 sm:px-6"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="mx-auto flex max-w-3xl items-end gap-2 rounded-xl border border-line bg-page p-1.5 focus-within:border-control">
        <textarea
          ref={field}
          aria-label="Message"
          rows={1}
          value={text}
          placeholder="Ask something"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape" && isAnswering) onStop();
            // While an input method composes a character, Enter belongs to it.
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
          className="field-sizing-content max-h-48 min-h-9 min-w-0 grow resize-none bg-transparent px-2.5 py-2 outline-none"
        />
        {isAnswering ? (
          <button type="button" onClick={onStop} className={BUTTON}>
            <Icon name="stop" />
            <span className="sr-only">Stop</span>
          </button>
        ) : (
          <button type="submit" disabled={!canSend} className={BUTTON}>
            <Icon name="up" />
            <span className="sr-only">Send</span>
          </button>
        )}
      </div>
      {hindrance === null ? null : (
        <p className="mx-auto mt-1.5 max-w-3xl px-2 text-[0.8125rem] text-muted">{hindrance}</p>
      )}
    </form>
  );
}

const BUTTON =
  "inline-flex size-9 shrink-0 items-center justify-center rounded-lg bg-strong text-on-strong disabled:bg-raised disabled:text-muted";
