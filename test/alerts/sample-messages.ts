import type { AlertMessage, Severity } from "../../packages/server/src/alerts/alert-message.ts";

const atMs = Date.UTC(2026, 10, 22, 14, 6);

/** A message of each kind that rules send, in the states that it can be in. */
export const SAMPLE_MESSAGES: Record<string, AlertMessage> = {
  "budget-warning": message("warning", "fired", "limitThreshold", {
    title: "Budget Shop is at 74 %",
    summary: "$371.20 of $500.00 are spent. At this pace the month ends at $642.80.",
    facts: [
      { label: "Spent", value: "$371.20 of $500.00" },
      { label: "Scope", value: "project shop, a month" },
      { label: "Used up on", value: "25 November, 18:00" },
      { label: "Resets", value: "1 December, 00:00 Europe/Berlin" },
    ],
    link: "/limits/0198c0de-0001",
  }),
  "budget-escalated": message("critical", "escalated", "limitThreshold", {
    title: "Budget Shop is at 93 %",
    summary: "Nobody has answered for 30 minutes. $465.00 of $500.00 are spent.",
    facts: [{ label: "Spent", value: "$465.00 of $500.00" }],
    link: "/limits/0198c0de-0001",
  }),
  "limit-emergency": message("emergency", "fired", "limitThreshold", {
    title: "Limit Nightly agents is used up",
    summary: "$25.00 of $25.00 are spent. Further calls are refused until midnight.",
    facts: [
      { label: "Refused so far", value: "412 calls" },
      { label: "Most expensive", value: "agent dexter, $18.40" },
    ],
    link: "/limits/0198c0de-0002",
  }),
  spike: message("critical", "fired", "spike", {
    title: "An hour cost $84.10, usual are $6.30",
    summary: "The hour from 13:00 is thirteen times the usual. Compared with the same hour of the last four Sundays.",
    facts: [
      { label: "Mostly", value: "claude-opus-4-5 by agent planner" },
      { label: "Calls", value: "9,114" },
      { label: "Above the usual", value: "$77.80" },
    ],
    link: "/?period=today",
  }),
  "price-change": message("info", "fired", "priceChange", {
    title: "gpt-4o gets dearer: +$410.00 a month",
    summary:
      "Its price changes on 1 December. A month like the last 30 days then costs $2,460.00 instead of $2,050.00.",
    facts: [{ label: "Rise", value: "20 %" }],
    link: "/prices",
  }),
  recovered: message("warning", "recovered", "errorRate", {
    title: "Over: 61 % of the calls to openai fail",
    summary: "It is no longer so.",
    facts: [{ label: "For", value: "48 minutes" }],
    link: "/alerts/0198c0de-0005",
  }),
  test: message("info", "test", "test", {
    title: "This channel works",
    summary: "Somebody pressed the test button. Nothing has happened, and nothing has to be done.",
    facts: [{ label: "Channel", value: "ops room" }],
    link: null,
  }),
};

const HOSTILE =
  "<img src=x onerror=alert(1)><script>alert(2)</script> <!channel> <@U123> @everyone @here *b* _i_ ~s~ `c` [x](https://evil.example/a) https://evil.example/steal?x=1 www.evil.example \"'><b>";

/** Whoever names a user, a key or a session may be anybody. */
export const HOSTILE_MESSAGE = message("critical", "fired", "userCost", {
  title: `User ${HOSTILE} cost \u202e$9.99\u202c today\r\nBcc: victim@example.com`,
  summary: `${HOSTILE}\n\n# heading\n> quote\n- item\n${"A".repeat(300)} \u05d0\u05d1\u05d2 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u{1f469}\u200d\u{1f4bb}\u0000\u0007\ud800`,
  facts: [
    { label: "User", value: HOSTILE },
    { label: "\u202eleb\u0430l", value: "\u05de\u05e9\u05ea\u05de\u05e9 500 %" },
    { label: "Long", value: "x".repeat(5_000) },
    { label: "L".repeat(400), value: "Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357\u0358\u0359\u035a\u035balgo" },
    { label: "", value: "" },
  ],
  link: '/limits/"><script>alert(3)</script>)(x y',
});

function message(
  severity: Severity,
  state: AlertMessage["state"],
  kind: string,
  texts: Pick<AlertMessage, "title" | "summary" | "facts" | "link">,
): AlertMessage {
  const name = `${kind}-${state}-${severity}`;
  return { id: `message-${name}`, alertId: `0198c0de-${kind}`, kind, severity, state, atMs, ...texts };
}
