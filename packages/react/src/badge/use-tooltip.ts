import { useEffect, useRef, useState } from "react";
import type { FocusEvent, PointerEvent, RefObject } from "react";

/**
 * When an explanation is shown: while the pointer or the keyboard's focus is on it, or after a press. Escape and a
 * press elsewhere take it away.
 */
export function useTooltip(root: RefObject<HTMLElement | null>, onFirstOpen: (() => void) | undefined) {
  // Shown in passing, or by a press that holds.
  const [shown, setShown] = useState<"no" | "passing" | "pressed">("no");
  const isOpen = shown !== "no";
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const wasOpen = useRef(false);
  const after = (ms: number, change: () => void) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(change, ms);
  };
  const appear = () => setShown((before) => (before === "no" ? "passing" : before));
  const vanish = () => setShown((before) => (before === "passing" ? "no" : before));
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
      setShown("no");
    };
    const onPress = (event: Event) => {
      if (root.current !== null && !event.composedPath().includes(root.current)) setShown("no");
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
      setShown((before) => (before === "pressed" ? "no" : "pressed"));
    },
    // Not enter and leave: React makes these up from where the pointer came from, and does not see into a shadow root there.
    rootEvents: {
      onPointerOver: (event: PointerEvent) => event.pointerType === "mouse" && after(OPEN_MS, appear),
      onPointerOut: (event: PointerEvent) => event.pointerType === "mouse" && after(CLOSE_MS, vanish),
    },
    buttonEvents: {
      onFocus: (event: FocusEvent<HTMLElement>) => event.currentTarget.matches(":focus-visible") && after(0, appear),
      onBlur: () => {
        clearTimeout(timer.current);
        setShown("no");
      },
    },
  };
}

const OPEN_MS = 120;
/** Time to go from the badge to its explanation. */
const CLOSE_MS = 150;
