import fc from "fast-check";
import { expect, test } from "vitest";
import type { Alert } from "./alert.ts";
import type { Finding } from "./finding.ts";
import { acknowledge, endAlert, meetFinding, messageOf } from "./move-alert.ts";
import { parseRule, type AlertRule } from "./rule.ts";

const MINUTE_MS = 60_000;
const rule = ruleWith({});

function ruleWith(settings: object): AlertRule {
  const wanted = parseRule({ kind: "cost", name: "A dear day", amountUsd: 10, ...settings });
  return { ...wanted, id: "r", createdAtMs: 0, updatedAtMs: 0 };
}

function finding(level: Finding["level"], more: Partial<Finding> = {}): Finding {
  return {
    subject: "user:alice",
    period: { key: "day 1", startMs: 0, endMs: 1_000 * MINUTE_MS, form: "calendar" },
    level,
    against: "10",
    users: ["alice"],
    texts: { title: `It is ${level}`, summary: "So it is.", facts: [], link: null },
    ...more,
  };
}

/** What was said, in order, each with its id. */
function said(alert: Alert | null): string[] {
  return (alert?.waiting ?? []).map(({ entry }) => {
    const mark = messageOf(entry) === null ? "(nobody) " : "";
    return `${mark}${entry.what} ${entry.severity}`;
  });
}

const told = { nowMs: 0, isSilenced: false };
const silent = { nowMs: 0, isSilenced: true };

test("each urgency once, whatever comes in between", () => {
  let alert: Alert | null = null;
  for (const level of ["warning", "warning", "critical", "warning", "critical", "emergency", "emergency"] as const) {
    alert = meetFinding(alert, finding(level), rule, told);
  }
  expect(said(alert)).toEqual(["fired warning", "escalated critical", "escalated emergency"]);
  expect(new Set(alert!.waiting.map(({ entry }) => entry.id)).size).toBe(3);
});

test("what hovers near its threshold neither begins nor ends", () => {
  expect(meetFinding(null, finding("hold"), rule, told)).toBeNull();
  const fired = meetFinding(null, finding("warning"), rule, told);
  expect(meetFinding(fired, finding("hold"), rule, told)).toBe(fired);
});

test("what is over is told to those who were told, once, and does not fire again in its period", () => {
  let alert = meetFinding(null, finding("warning"), rule, told);
  alert = meetFinding(alert, finding("over"), rule, told);
  alert = meetFinding(alert, finding("over"), rule, told);
  alert = meetFinding(alert, finding("warning"), rule, told);
  expect(alert!.isOpen).toBe(true);
  alert = meetFinding(alert, finding("over"), rule, told);
  expect(said(alert)).toEqual(["fired warning", "recovered info", "(nobody) recovered info"]);
});

test("against another amount it fires again in the same period", () => {
  let alert = meetFinding(null, finding("warning"), rule, told);
  alert = meetFinding(alert, finding("over"), rule, told);
  alert = meetFinding(alert, finding("warning", { against: "20" }), rule, told);
  expect(said(alert)).toEqual(["fired warning", "recovered info", "fired warning"]);
});

test("what is silenced stands in the history, and is told when the silence ends and it is still so", () => {
  let alert = meetFinding(null, finding("warning"), rule, silent);
  alert = meetFinding(alert, finding("warning"), rule, silent);
  alert = meetFinding(alert, finding("critical"), rule, silent);
  alert = meetFinding(alert, finding("critical"), rule, told);
  alert = meetFinding(alert, finding("critical"), rule, told);
  expect(said(alert)).toEqual(["(nobody) fired warning", "(nobody) escalated critical", "fired critical"]);
});

test("what begins and ends in silence is told to nobody", () => {
  const alert = meetFinding(null, finding("warning"), rule, silent);
  expect(said(endAlert(alert!, "recovered", rule, told))).toEqual([
    "(nobody) fired warning",
    "(nobody) recovered info",
  ]);
});

test("a rule that does not tell of recovery, and one that is deleted, end without a word", () => {
  const quiet = ruleWith({ tellRecovery: false });
  const alert = meetFinding(null, finding("warning"), quiet, told)!;
  expect(said(endAlert(alert, "recovered", quiet, told)).at(-1)).toBe("(nobody) recovered info");
  expect(said(endAlert(alert, "rule_removed", rule, told)).at(-1)).toBe("(nobody) closed info");
});

test("what nobody answers becomes more urgent, step by step, until somebody does", () => {
  const patient = ruleWith({ escalateAfterMinutes: 30 });
  let alert = meetFinding(null, finding("warning"), patient, told);
  const after = (minutes: number) => {
    alert = meetFinding(alert, finding("warning"), patient, { nowMs: minutes * MINUTE_MS, isSilenced: false });
  };
  after(29);
  after(30);
  after(59);
  expect(said(alert)).toEqual(["fired warning", "escalated critical"]);
  alert = acknowledge(alert!, "person:ada", patient, 60 * MINUTE_MS);
  after(300);
  expect(said(alert)).toEqual(["fired warning", "escalated critical", "(nobody) acknowledged critical"]);
  expect(alert!.severity).toBe("critical");
  alert = meetFinding(alert, finding("emergency"), patient, { nowMs: 301 * MINUTE_MS, isSilenced: false });
  expect(alert!.acknowledged).toBeNull();
  expect(said(alert).at(-1)).toBe("escalated emergency");
});

test("a clock that went back makes nothing more urgent", () => {
  const patient = ruleWith({ escalateAfterMinutes: 30 });
  const fired = meetFinding(null, finding("warning"), patient, { nowMs: 1_000 * MINUTE_MS, isSilenced: false });
  const later = meetFinding(fired, finding("warning"), patient, { nowMs: 10 * MINUTE_MS, isSilenced: false });
  expect(said(later)).toEqual(["fired warning"]);
});

test("whatever is found in whatever order: no urgency twice, no end without a beginning, every id once", () => {
  const step = fc.record({
    level: fc.constantFrom<Finding["level"]>("info", "warning", "critical", "emergency", "hold", "over"),
    isSilenced: fc.boolean(),
    restarts: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let alert: Alert | null = null;
      for (const { level, isSilenced, restarts } of steps) {
        alert = meetFinding(alert, finding(level), rule, { nowMs: 0, isSilenced });
        // what is kept is JSON
        if (restarts) alert = JSON.parse(JSON.stringify(alert)) as Alert | null;
      }
      const entries = (alert?.waiting ?? []).map(({ entry }) => entry);
      expect(new Set(entries.map((entry) => entry.id)).size).toBe(entries.length);
      const messages = entries.flatMap((entry) => messageOf(entry) ?? []);
      const urgencies = messages.filter(({ state }) => state !== "recovered").map(({ severity }) => severity);
      expect(new Set(urgencies).size).toBe(urgencies.length);
      for (const [index, { state }] of messages.entries()) {
        const before = messages[index - 1]?.state ?? "recovered";
        if (state === "fired") expect(before).toBe("recovered");
        else expect(before).toMatch(/fired|escalated/);
      }
    }),
  );
});
