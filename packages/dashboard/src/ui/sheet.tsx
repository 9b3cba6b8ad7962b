import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";

/**
 * A panel over the page: from the bottom on a phone; on a desk in the upper middle, or, as a drawer, along the right edge. A native dialog, so that
 * focus, Escape and the inert page behind it are the browser's work. Mount it to open it;
 * what has `data-autofocus` gets the focus.
 */
export function Sheet({
  title,
  onClose,
  form = "panel",
  children,
}: {
  title: string;
  onClose: () => void;
  /** `drawer` for what is long or looked through one after the other; `wide` for a panel with a table. */
  form?: "panel" | "wide" | "drawer";
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // React's own autoFocus comes before showModal, which then moves the focus to the first button.
    element?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => element?.close();
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- the click beside the panel; Escape is the key for it
    <dialog
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      className={`sheet sheet-${form} overflow-y-auto border border-line bg-surface p-0 text-ink shadow-2xl`}
    >
      <div className="flex flex-col gap-5 p-5">
        <div className="flex items-center justify-between gap-4">
          <h2 className="text-base font-semibold tracking-[-0.01em]">{title}</h2>
          <button type="button" onClick={onClose} className={iconButton}>
            <Icon name="close" />
            <span className="sr-only">Close</span>
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** A square button with nothing but an icon; put the words in a `sr-only` span. */
export const iconButton =
  "inline-flex size-9 items-center justify-center rounded-lg text-muted hover:bg-raised hover:text-ink";
