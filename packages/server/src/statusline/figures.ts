import type { StatusInput } from "./read-input.ts";
import type { StatuslineState } from "./state.ts";

/** Where a number comes from: the provider itself, reckoned here or by the tool, or not known. */
type Label = "official" | "local estimate" | "unknown";

interface Figure {
  value: number | null;
  label: Label;
}

/** All that a status line can show. Dollars, percent, minutes. */
export interface Figures {
  model: string | null;
  session: Figure;
  today: Figure;
  block: Figure;
  blockMinutesLeft: Figure;
  costPerHour: Figure;
  contextPercent: Figure;
  limits: { name: string; usedPercent: Figure; resetsAtMs: number | null }[];
}

/** `tool`: what Claude Code reckons; `outlay`: what was recorded; `auto`: the first of them that is known. */
export const COST_SOURCES = ["auto", "tool", "outlay"] as const;
export type CostSource = (typeof COST_SOURCES)[number];

/** Puts what the tool says and what was recorded together. What time has overtaken is not known any more. */
export function figuresOf(
  input: StatusInput,
  state: StatuslineState | null,
  { nowMs, costSource }: { nowMs: number; costSource: CostSource },
): Figures {
  const recorded = state?.sessions.find(({ id }) => id === input.session)?.cost ?? null;
  const session = { tool: input.toolCostUsd, outlay: recorded, auto: input.toolCostUsd ?? recorded }[costSource];
  const isToday = state !== null && nowMs < Date.parse(state.today.until);
  const block = state?.block ?? null;
  const endMs = block === null ? 0 : Date.parse(block.end);
  const running = block !== null && nowMs < endMs ? block : null;
  return {
    model: input.model,
    session: estimate(session),
    today: estimate(isToday ? state.today.cost : null),
    block: estimate(running?.cost ?? null),
    blockMinutesLeft: estimate(running === null ? null : Math.floor((endMs - nowMs) / 60_000)),
    costPerHour: estimate(running?.burnRate?.costPerHour ?? null),
    contextPercent: estimate(input.contextPercent),
    limits: input.windows.map(({ name, usedPercent, resetsAtMs }) => {
      const isOver = resetsAtMs !== null && resetsAtMs <= nowMs;
      return {
        name,
        usedPercent: isOver ? { value: null, label: "unknown" } : { value: usedPercent, label: "official" },
        resetsAtMs,
      };
    }),
  };
}

function estimate(value: number | null): Figure {
  return value === null ? { value, label: "unknown" } : { value, label: "local estimate" };
}
