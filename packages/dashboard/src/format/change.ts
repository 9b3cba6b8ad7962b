/** How a number stands against the one of the period before. `ratio`: 0.12 is 12 % more. */
export type Change =
  | { kind: "unknown" }
  | { kind: "same" }
  | { kind: "new" }
  | { kind: "up" | "down"; ratio: number; difference: number };

/** From nothing to something is "new", not +100 %. */
export function change(now: number | null | undefined, before: number | null | undefined): Change {
  if (now === null || now === undefined || before === null || before === undefined) return { kind: "unknown" };
  if (now === before) return { kind: "same" };
  if (before === 0) return { kind: "new" };
  const difference = now - before;
  return { kind: difference > 0 ? "up" : "down", ratio: difference / Math.abs(before), difference };
}

/** `+12%`, `−3.4%`, `×14`, `new`, `no change`. */
export function changeText(value: Change): string {
  switch (value.kind) {
    case "unknown":
      return "—";
    case "same":
      return "no change";
    case "new":
      return "new";
    case "up":
    case "down": {
      const size = Math.abs(value.ratio) * 100;
      if (value.kind === "up" && size >= 1_000) return `×${Math.round(value.ratio + 1)}`;
      const text = size < 0.1 ? "<0.1" : size < 10 ? size.toFixed(1) : String(Math.round(size));
      return `${value.kind === "up" ? "+" : "−"}${text}%`;
    }
  }
}
