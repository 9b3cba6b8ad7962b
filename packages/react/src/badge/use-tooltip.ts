import { useEffect, useRef, useState } from "react";
import type { FocusEvent, PointerEvent, RefObject } from "react";

/**
 * When an explanation is shown: while the pointer or the keyboard's focus is on it, or after a press. Escape and a
 * press elsewhere take it away.
 */
export function useTooltip(root: RefObject<HTMLElement | null>, onFirstOpen: (() => void) | undefined) {
  const [isOpen, setOpen] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const wasOpen = useRef(false);
  const after = (ms: number, open: boolean) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOpen(open), ms);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!isOpen) return undefined;
    if (!wasOpen.current) {
      wasOpen.current = true;
      onFirstOpen?.();
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      // Only the explanation goes, not the dialog that it may stand in.
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    };
    const onPress = (event: Event) => {
      if (root.current !== null && !event.composedPath().includes(root.current)) setOpen(false);
    };
    document.addEventListener("keydown", onKey, true);
    document.addEventListener("pointerdown", onPress, true);
    return () => {
      document.removeEventListener("keydown", onKey, true);
      document.removeEventListener("pointerdown", onPress, true);
    };
  }, [isOpen, onFirstOpen, root]);
  return {
    isOpen,
    toggle: () => {
      clearTimeout(timer.current);
      setOpen((open) => !open);
    },
    rootEvents: {
      onPointerEnter: (event: PointerEvent) => event.pointerType === "mouse" && after(OPEN_MS, true),
      onPointerLeave: (event: PointerEvent) => event.pointerType === "mouse" && after(CLOSE_MS, false),
    },
    buttonEvents: {
      onFocus: (event: FocusEvent<HTMLElement>) => event.currentTarget.matches(":focus-visible") && after(0, true),
      onBlur: () => after(0, false),
    },
  };
}

const OPEN_MS = 120;
/** Time to go from the badge to its explanation. */
const CLOSE_MS = 150;
