import { buckets, offsetAt } from "@outlay/core";
import type { Ledger } from "../../ledger/ledger.ts";
import { dollars, percentText, timeText } from "../amount-text.ts";
import type { Finding, Texts } from "../finding.ts";
import { askAbout, linkTo, usersIn, zoneOf } from "../rule-question.ts";
import type { RuleOf } from "../rule.ts";
import type { Check } from "./check.ts";
import { hourOf } from "./episode.ts";
import { usualHour, type KnownHour, type UsualHour } from "./usual-hour.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PAST_DAYS = 56;

/** Does this hour, or the one before it, cost far more than such hours usually do? */
export const checkSpike: Check<"spike"> = async (rule, { ledger }) => {
  const nowMs = ledger.now();
  const timeZone = zoneOf(ledger, rule);
  const from = new Date(nowMs - PAST_DAYS * DAY_MS).toISOString();
  const to = new Date(nowMs + HOUR_MS).toISOString();
  const { rows, query } = await askAbout(ledger, rule, { metrics: "cost,calls", by: "hour", from, to, limit: "1" });
  const { start, end } = query.period;
  const starts = buckets({ startMs: Date.parse(start), endMs: Date.parse(end), timeZone }, "hour");
  const hours = rows.map((row, index): KnownHour => ({
    startMs: starts[index]!.startMs,
    offsetMs: offsetAt(timeZone, starts[index]!.startMs),
    costUsd: Number(row["cost"] ?? 0),
    calls: Number(row["calls"] ?? 0),
  }));
  const now = hours.findLastIndex((hour) => hour.startMs <= nowMs);
  const readings = [now, now - 1].flatMap((index) => {
    const hour = hours[index];
    const usual = hour === undefined ? null : usualHour(hours.slice(0, now - 1), hour);
    return hour === undefined || usual === null ? [] : [{ hour, usual, score: scoreOf(rule, hour, usual) }];
  });
  if (readings.length === 0) return { findings: [], note: "too little data: three whole days of calls are needed" };
  const worst = readings.toSorted((one, other) => other.score - one.score)[0]!;
  if (worst.score < HOLD_SCORE) return { findings: [], note: null };
  const finding = { ...about(rule, worst, timeZone), period: hourOf(ledger, rule) };
  finding.texts.facts.splice(2, 0, ...(await mostly(ledger, rule, worst.hour)));
  return { findings: [finding], note: null };
};

/** Which model and whose calls most of the hour's cost is. */
async function mostly(ledger: Ledger, rule: RuleOf<"spike">, { startMs, costUsd }: KnownHour): Promise<Texts["facts"]> {
  const from = new Date(startMs).toISOString();
  const to = new Date(startMs + HOUR_MS).toISOString();
  const facts = ["model", "user", "agent"].map(async (by) => {
    const { rows } = await askAbout(ledger, rule, { metrics: "cost", by, from, to, limit: "1" });
    const [name, usd] = [rows[0]?.[by] ?? null, Number(rows[0]?.["cost"] ?? 0)];
    if (name === null || usd < costUsd / 2) return [];
    return [{ label: `Mostly ${by}`, value: `${String(name)}, ${percentText((usd / costUsd) * 100)}` }];
  });
  return (await Promise.all(facts)).flat();
}

/** Of the threshold: an alert ends only when clearly less is spent again. */
const HOLD_SCORE = 0.6;
/** How far hours are taken to spread at least, where the past looks too even. */
const LEAST_SPREAD = 0.15;

interface Reading {
  hour: KnownHour;
  usual: UsualHour;
  /** 1: exactly at the threshold. */
  score: number;
}

/** What is above the usual, as a part of what it takes to be told of. A running hour counts as far as it has got. */
function scoreOf(rule: RuleOf<"spike">, hour: KnownHour, usual: UsualHour): number {
  const spread = Math.max(usual.spreadUsd, usual.medianUsd * LEAST_SPREAD);
  const neededUsd = Math.max(rule.sensitivity * spread, rule.minimumUsd, Number.EPSILON);
  return (hour.costUsd - usual.medianUsd) / neededUsd;
}

function about(rule: RuleOf<"spike">, { hour, usual, score }: Reading, timeZone: string): Omit<Finding, "period"> {
  const times = usual.medianUsd === 0 ? "" : ` ${(hour.costUsd / usual.medianUsd).toFixed(1)} times the usual.`;
  return {
    subject: "",
    level: score >= 1 ? rule.severity : "hold",
    against: null,
    users: usersIn(rule.filters),
    texts: {
      title: `An hour cost ${dollars(hour.costUsd)}, usual are ${dollars(usual.medianUsd)}`,
      summary: `The hour from ${timeText(hour.startMs, timeZone)} is${times === "" ? " far above the usual." : times} Compared with ${usual.comparedWith}.`,
      facts: [
        { label: "This hour", value: dollars(hour.costUsd) },
        { label: "Usual", value: dollars(usual.medianUsd) },
        { label: "Usual spread", value: dollars(usual.spreadUsd) },
        { label: "Calls", value: hour.calls.toLocaleString("en-US") },
        { label: "Compared with", value: usual.comparedWith },
      ],
      link: linkTo(rule.filters, { startMs: hour.startMs, endMs: hour.startMs + HOUR_MS }),
    },
  };
}
