import type { Figures } from "./figures.ts";

const UNKNOWN = "–";

/** What `--format` may name, with what it stands for. */
export const PLACEHOLDERS = {
  model: "the model",
  session: "cost of the session",
  today: "cost of the day",
  block: "cost of the running five-hour block",
  left: "time that the block still has",
  rate: "cost an hour at the block's rate",
  context: "how full the context window is",
  limits: "official limits of the plan, with when they begin anew",
  asOf: "when the recorded figures (today, block, rate) were so",
} as const;

type Placeholder = keyof typeof PLACEHOLDERS;

/** Recorded figures older than this are shown with their time. */
const OLD_MS = 60_000;

/**
 * One line. Without a format only what is known; in a format, – stands for what is not. `hasColors`: ANSI colours. `asOfMs`: when
 * the recorded figures were so; null: there are none.
 */
export function drawLine(
  figures: Figures,
  options: { format: string | null; hasColors: boolean; nowMs: number; asOfMs: number | null },
): string {
  const { format, hasColors, nowMs, asOfMs } = options;
  const values = valuesOf(figures, { paint: hasColors ? paint : (text) => text, nowMs, asOfMs });
  if (format !== null) {
    return format.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
      name in PLACEHOLDERS ? (values[name as Placeholder] ?? UNKNOWN) : whole,
    );
  }
  const { model, session, today, block, left, rate, context, limits, asOf } = values;
  const isOld = asOfMs !== null && nowMs - asOfMs > OLD_MS && (today !== null || block !== null);
  const parts = [
    model,
    session === null ? null : `${session} session`,
    today === null ? null : `${today} today`,
    block === null ? null : `${block} block${left === null ? "" : `, ${left} left`}`,
    rate,
    context === null ? null : `context ${context}`,
    limits,
    isOld ? `as of ${asOf}` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "Outlay" : parts.join(" | ");
}

type Paint = (text: string, colour: "red" | "yellow" | "green" | "bold") => string;

const CODES = { red: 31, yellow: 33, green: 32, bold: 1 } as const;
const paint: Paint = (text, colour) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;

function valuesOf(
  figures: Figures,
  { paint: painted, nowMs, asOfMs }: { paint: Paint; nowMs: number; asOfMs: number | null },
): Record<Placeholder, string | null> {
  const { model, session, today, block, blockMinutesLeft, costPerHour, contextPercent, limits } = figures;
  const percent = (value: number) =>
    painted(`${Math.round(value)}%`, value >= 80 ? "red" : value >= 50 ? "yellow" : "green");
  return {
    model: or(model, (name) => painted(name, "bold")),
    session: or(session.value, dollars),
    today: or(today.value, dollars),
    block: or(block.value, dollars),
    left: or(blockMinutesLeft.value, duration),
    rate: or(costPerHour.value, (value) => `${dollars(value)}/h`),
    context: or(contextPercent.value, percent),
    asOf: or(asOfMs, (ms) => moment(ms, nowMs)),
    limits:
      limits.length === 0
        ? null
        : limits
            .map(({ name, usedPercent, resetsAtMs }) => {
              const used = or(usedPercent.value, percent) ?? UNKNOWN;
              return `${WINDOWS[name] ?? name} ${used}${resetsAtMs === null ? "" : ` until ${moment(resetsAtMs, nowMs)}`}`;
            })
            .join(" · "),
  };
}

function or<T>(value: T | null, text: (value: T) => string): string | null {
  return value === null ? null : text(value);
}

/** How people call the windows of Claude's plans. */
const WINDOWS: Record<string, string> = { five_hour: "5h", seven_day: "7d" };

/** 0.004 → <$0.01 · 3.1 → $3.10 · 1234.5 → $1,235; without Intl, which takes longer to load than everything here. */
function dollars(usd: number): string {
  if (usd > 0 && usd < 0.01) return "<$0.01";
  const text = usd < 1_000 ? usd.toFixed(2) : String(Math.round(usd));
  return `$${text.replaceAll(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",")}`;
}

/** 165 → 2h 45m */
function duration(minutes: number): string {
  return minutes < 60 ? `${minutes}m` : `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** 13:00; with its day when it is not within 20 hours: 27 Nov 13:00. */
function moment(ms: number, nowMs: number): string {
  const date = new Date(ms);
  const time = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
  return Math.abs(ms - nowMs) < 20 * 3_600_000 ? time : `${date.getDate()} ${MONTHS[date.getMonth()]} ${time}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
