import { useLayoutEffect, useRef } from "react";
import type { ReactNode } from "react";

/**
 * A panel over the page. A native dialog, so that the focus stays inside, Escape closes it, the page behind it is
 * inert and the focus goes back where it came from: all the browser's work. Mount it to open it.
 */
export function Drawer({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- the click beside the panel; Escape is the key for it
    <dialog
      ref={dialog}
      className="drawer"
      aria-label={label}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
