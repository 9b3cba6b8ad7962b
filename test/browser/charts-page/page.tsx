import { StrictMode } from "react";
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { BudgetBar } from "../../../packages/dashboard/src/charts/draw/budget-bar.tsx";
import { ChangeBars } from "../../../packages/dashboard/src/charts/draw/change-bars.tsx";
import { colourOf } from "../../../packages/dashboard/src/charts/draw/colour.ts";
import { LineChart } from "../../../packages/dashboard/src/charts/draw/line-chart.tsx";
import { PriceSteps } from "../../../packages/dashboard/src/charts/draw/price-steps.tsx";
import { RankedBars } from "../../../packages/dashboard/src/charts/draw/ranked-bars.tsx";
import { ShareBar } from "../../../packages/dashboard/src/charts/draw/share-bar.tsx";
import { Sparkline } from "../../../packages/dashboard/src/charts/draw/sparkline.tsx";
import { TimeBars } from "../../../packages/dashboard/src/charts/draw/time-bars.tsx";
import { TraceBars } from "../../../packages/dashboard/src/charts/draw/trace-bars.tsx";
import { prepareChanges } from "../../../packages/dashboard/src/charts/prepare/changes.ts";
import { prepareLines } from "../../../packages/dashboard/src/charts/prepare/lines.ts";
import { prepareRankedBars } from "../../../packages/dashboard/src/charts/prepare/ranked-bars.ts";
import { prepareShares } from "../../../packages/dashboard/src/charts/prepare/shares.ts";
import { prepareStackedBars } from "../../../packages/dashboard/src/charts/prepare/stacked-bars.ts";
import { prepareSteps } from "../../../packages/dashboard/src/charts/prepare/steps.ts";
import { prepareTrace } from "../../../packages/dashboard/src/charts/prepare/trace.ts";
import { metricFormat } from "../../../packages/dashboard/src/format/metric.ts";
import { Card } from "../../../packages/dashboard/src/ui/card.tsx";
import "./page.css";

const DAY_MS = 86_400_000;
const START_MS = Date.parse("2026-11-01");
/** In the middle of the 22nd. */
const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const LONG = "anthropic/claude-opus-4-5-20251101-extended-thinking-long-context";
const MODELS = [LONG, "gpt-5", "claude-haiku-4-5", "gemini-3-pro", "mistral-large", "deepseek-v3", "llama-4", "grok-5"];
const money = metricFormat("cost");
const colour = colourOf("model", MODELS);
const RANGE = "1 – 30 Nov 2026";

const days = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    label: new Date(START_MS + index * DAY_MS).toISOString().slice(0, 10),
    startMs: START_MS + index * DAY_MS,
    endMs: START_MS + (index + 1) * DAY_MS,
  }));
/** Repeats itself, but looks like data. */
const wave = (count: number, high: number, shift: number) =>
  Array.from(
    { length: count },
    (_, i) => high * (0.5 + 0.3 * Math.sin((i + shift) * 0.9) + 0.2 * Math.cos((i + shift) * 2.3)),
  );
const someSeries = (count: number, length: number) =>
  MODELS.slice(0, count).map((name, index) => ({ name, values: wave(length, 40 / (index + 1), index * 3) }));
const said = (what: unknown) => () => document.body.setAttribute("data-selected", JSON.stringify(what));

function Gallery() {
  const cards = [...new URLSearchParams(location.search).getAll("show")];
  return (
    <main className="mx-auto flex max-w-6xl flex-col gap-4 p-3 sm:p-6">
      <h1 className="text-lg font-semibold">Charts</h1>
      <nav className="flex flex-wrap gap-3 text-[0.8125rem]">
        {Object.keys(FORMS).map((form) => (
          <a key={form} href={`?show=${form}`} className="text-accent underline">
            {form}
          </a>
        ))}
      </nav>
      {Object.entries(FORMS)
        .filter(([form]) => cards.includes(form))
        .flatMap(([form, cases]) =>
          Object.entries(cases).map(([title, content], index) => (
            <Card key={`${form}${title}`} id={`${form}-${index}`} title={title}>
              <div className="px-4 pt-2 pb-4 sm:px-5">{content}</div>
            </Card>
          )),
        )}
    </main>
  );
}

let titles = 0;
/** Two regions of a page may not have one name. */
const numbered = (title: string) => `${title} ${(titles += 1)}`;

const bars = (series: Parameters<typeof prepareStackedBars>[0]["series"], count = 30, before?: (number | null)[]) => (
  <TimeBars
    name="chart"
    prepared={prepareStackedBars({ buckets: days(count), series, before, maxSeries: 7, nowMs: NOW_MS })}
    colour={colour}
    format={money}
    unit="day"
    title={numbered("Cost by model")}
    range={RANGE}
    onSelectSeries={(one) => said(one.name)()}
    onSelectBucket={(bar) => said(bar.label)()}
    groups={31}
  />
);

const lines = (
  input: Omit<Parameters<typeof prepareLines>[0], "nowMs" | "buckets" | "additive"> & { additive?: boolean },
  props: Partial<Parameters<typeof LineChart>[0]> = {},
  count = 30,
) => (
  <LineChart
    name="chart"
    prepared={prepareLines({ buckets: days(count), nowMs: NOW_MS, additive: true, ...input })}
    colour={colour}
    format={money}
    unit="day"
    title={numbered("Cost by model")}
    range={RANGE}
    onSelectSeries={(one) => said(one.name)()}
    {...props}
  />
);

const ranked = (input: Omit<Parameters<typeof prepareRankedBars>[0], "additive">, additive = true) => (
  <RankedBars
    name="chart"
    prepared={prepareRankedBars({ additive, ...input })}
    colour={colour}
    format={money}
    title={numbered("Cost by model")}
    groupColumn="Model"
    onSelect={(row) => said(row.name)()}
    groups={40}
  />
);

const shares = (values: (number | null)[]) => (
  <ShareBar
    prepared={prepareShares({
      parts: values.map((value, index) => ({ name: MODELS[index] ?? `more ${index}`, value })),
      maxParts: 5,
    })}
    colour={colour}
    format={money}
    title={numbered("Cost by model")}
    partColumn="Model"
    valueColumn="Cost"
    selected="gpt-5"
    onSelect={(part) => said(part.name)()}
  />
);

const THRESHOLDS = [70, 90, 100];
const budget = (
  name: string,
  amountUsd: number,
  spentUsd: number,
  reservedUsd: number,
  projectedUsd: number | null,
) => (
  <div key={name}>
    <p className="mb-1 text-[0.8125rem] text-muted">{name}</p>
    <BudgetBar {...{ name, amountUsd, spentUsd, reservedUsd, projectedUsd }} thresholdsPercent={THRESHOLDS} />
  </div>
);

const CAUSES = [
  { key: "calls", label: "More or fewer calls" },
  { key: "length", label: "Longer or shorter calls" },
  { key: "model", label: "Other models" },
  { key: "price", label: "Prices" },
];
const change = (name: string | null, before: number | null, now: number | null, parts: (number | null)[]) => ({
  name,
  before,
  now,
  parts: Object.fromEntries(CAUSES.map(({ key }, index) => [key, parts[index] ?? null])),
});
const changes = (whole: ReturnType<typeof change>, rows: ReturnType<typeof change>[]) => (
  <ChangeBars
    name="chart"
    prepared={prepareChanges({ whole, rows, causes: CAUSES, maxRows: 5 })}
    format={money}
    title={numbered("What changed in cost")}
    groupColumn="Model"
    onSelect={(row) => said(row.name)()}
  />
);

const prices = (input: Omit<Parameters<typeof prepareSteps>[0], "nowMs">) => (
  <PriceSteps
    name="chart"
    prepared={prepareSteps({ ...input, nowMs: NOW_MS })}
    colour={colourOf(
      "meter",
      input.lines.map(({ name }) => name),
    )}
    format={money}
    title={numbered("Price per million tokens")}
  />
);

const span = (
  id: string,
  parentId: string | null,
  startMs: number,
  durationMs: number | null,
  costUsd: number | null,
  more = {},
) => ({
  id,
  parentId,
  name: id,
  startMs,
  durationMs,
  costUsd,
  ...more,
});
const trace = (spans: ReturnType<typeof span>[], onSelect = true) => (
  <TraceBars
    name="chart"
    prepared={prepareTrace({ spans })}
    title={numbered("Trace")}
    selected="plan"
    onSelect={onSelect ? (one) => said(one.id)() : undefined}
  />
);

const FORMS: Record<string, Record<string, ReactNode>> = {
  bars: {
    "Thirty days, eight groups, compared": bars(someSeries(8, 30), 30, wave(30, 90, 2)),
    "With credits": bars([...someSeries(2, 12), { name: "credit", values: wave(12, -25, 1) }], 12),
    "One bucket": bars(someSeries(3, 1), 1),
    "Tiny money": bars([{ name: "gpt-5", values: wave(8, 0.0000004, 1) }], 8),
    "All zero": bars([{ name: "gpt-5", values: Array.from({ length: 8 }, () => 0) }], 8),
    "Nothing known": bars([{ name: "gpt-5", values: [null, null, null] }], 3),
    "No buckets": bars([], 0),
  },
  lines: {
    "Eight lines": lines({ series: someSeries(8, 30) }, { groups: 31 }),
    "Compared, a gap, a level, filled": lines(
      {
        series: [
          { name: "gpt-5", values: wave(30, 40, 0).map((value, i) => (i === 6 || i === 7 || i === 9 ? null : value)) },
        ],
        before: wave(30, 36, 4),
        reference: { label: "Budget per day", value: 45 },
      },
      { area: true, onSelectBucket: (bucket) => said(bucket.label)() },
    ),
    "Summed up, with a projection": lines({
      series: [{ name: "gpt-5", values: wave(30, 40, 0) }],
      before: wave(30, 30, 4),
      cumulative: true,
      reference: { label: "Budget", value: 600 },
      projection: days(30).map((_, i) =>
        i < 22 ? null : { value: 445 + (i - 21) * 20, low: 445 + (i - 21) * 13, high: 445 + (i - 21) * 28 },
      ),
    }),
    "Latency, not summed": lines(
      {
        series: [
          { name: "p50", values: wave(12, 900, 2) },
          { name: "p95", values: wave(12, 9_000, 1) },
        ],
        additive: false,
      },
      { format: metricFormat("p95DurationMs"), title: "Latency", colour: colourOf("percentile", ["p50", "p95"]) },
      12,
    ),
    "Below zero": lines({ series: [{ name: "gpt-5", values: wave(12, 30, 0).map((value) => value - 15) }] }, {}, 12),
    "One bucket": lines({ series: someSeries(2, 1) }, {}, 1),
    "Tiny and huge": lines({ series: [{ name: "gpt-5", values: [0.0000004, 0.0000001, null, 0.0000003] }] }, {}, 4),
    Huge: lines({ series: [{ name: "gpt-5", values: [4_213_000_000, 9_213_000_000, 1_000_000] }] }, {}, 3),
    "All zero": lines({ series: [{ name: "gpt-5", values: [0, 0, 0, 0] }] }, {}, 4),
    "Nothing known": lines({ series: [] }, {}, 4),
    "No buckets": lines({ series: [] }, {}, 0),
  },
  ranked: {
    "By model": ranked({
      rows: MODELS.map((name, index) => ({ name, value: 900 / (index + 1) ** 2, before: 700 / (index + 1) })),
      maxRows: 6,
    }),
    "Split by a second dimension": ranked({
      rows: ["dexter", LONG, null, "tiny"].map((name, index) => ({
        name,
        value: (600 / (index * 4 + 1)) * 1.75,
        parts: MODELS.slice(0, 3).map((model, part) => ({ name: model, value: 600 / (index * 4 + 1) / 2 ** part })),
      })),
    }),
    "Not known, credit, zero": ranked({
      rows: [
        { name: "gpt-5", value: 12.5 },
        { name: "unpriced", value: null },
        { name: "credit", value: -8 },
        { name: "free", value: 0 },
        { name: "tiny", value: 0.0000004 },
      ],
    }),
    "Not added up": ranked(
      {
        rows: [
          { name: "gpt-5", value: 12.5 },
          { name: "llama-4", value: 3 },
        ],
      },
      false,
    ),
    Empty: ranked({ rows: [] }),
  },
  shares: {
    "Eight parts": shares([500, 240, 120, 60, 30, 15, 7, 3]),
    "One part": shares([12]),
    "Tiny part, credit, not known": shares([99_999, 0.0000004, -20, null]),
    "All zero": shares([0, 0]),
    Empty: shares([]),
  },
  small: {
    Sparklines: (
      <table className="text-[0.8125rem]">
        <tbody>
          {Object.entries({
            wave: wave(30, 10, 0),
            gap: [1, 3, null, null, 4, null, 2, 5],
            zero: [0, 0, 0, 0],
            one: [3],
            negative: [3, -2, 4, -5, 1],
            unknown: [null, null],
            none: [],
          }).map(([name, values]) => (
            <tr key={name}>
              <th scope="row" className="pr-2 text-left font-normal">
                {name}
              </th>
              <td className="p-1 pr-2">
                <Sparkline values={values} text={`${name}, as a line`} width={80} unfinished />
              </td>
              <td className="p-1">
                <Sparkline values={values} text={`${name}, as bars`} form="bars" width={80} unfinished />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    ),
    Budgets: (
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {budget("Fine", 100, 42.1, 0, 81)}
        {budget("Reserved", 100, 42.1, 12, null)}
        {budget("Past 70", 100, 71, 4, 104)}
        {budget("Used up exactly", 100, 100, 0, 100)}
        {budget("Over", 100, 130, 4, 190)}
        {budget("Far over", 1, 4_213, 0, 9_000)}
        {budget("Nothing spent", 20, 0, 0, 0)}
        {budget("Tiny", 0.000001, 0.0000004, 0, 0.0000009)}
        {budget("No amount", 0, 3, 0, null)}
        {budget("Credit", 50, -4, 0, null)}
        <div className="sm:col-span-2">
          <p className="mb-1 text-[0.8125rem] text-muted">Compact</p>
          <BudgetBar
            name="Compact"
            amountUsd={100}
            spentUsd={91}
            reservedUsd={3}
            projectedUsd={120}
            thresholdsPercent={THRESHOLDS}
            compact
          />
        </div>
      </div>
    ),
  },
  prices: {
    "Several meters over two years": prices({
      lines: [
        {
          name: "Input",
          versions: [
            { from: "2024-06-20", value: 3 },
            { from: "2025-09-01", value: 5 },
            { from: "2026-05-10", value: 4 },
            { from: "2027-01-01", value: 2.5 },
          ],
        },
        {
          name: "Output",
          versions: [
            { from: "2024-06-20", value: 15 },
            { from: "2025-09-01", value: 25 },
            { from: "2026-05-10", value: 20 },
          ],
        },
        {
          name: "Cached input",
          versions: [
            { from: "2024-08-01", value: 0.3 },
            { from: "2025-03-01", value: null },
            { from: "2025-09-01", value: 0.5 },
          ],
        },
      ],
    }),
    "The same in equal ratios": prices({
      log: true,
      lines: [
        {
          name: "Input",
          versions: [
            { from: "2024-06-20", value: 3 },
            { from: "2025-09-01", value: 5 },
          ],
        },
        {
          name: "Output",
          versions: [
            { from: "2024-06-20", value: 15 },
            { from: "2025-09-01", value: 25 },
          ],
        },
        {
          name: "Cached input",
          versions: [
            { from: "2024-08-01", value: 0.03 },
            { from: "2025-09-01", value: 0.05 },
          ],
        },
      ],
    }),
    Always: prices({ lines: [{ name: "Input", versions: [{ from: null, value: 3 }] }] }),
    "Since a week, tiny": prices({ lines: [{ name: "Input", versions: [{ from: "2026-11-15", value: 0.0000004 }] }] }),
    "Since today, free": prices({
      log: true,
      lines: [{ name: "Input", versions: [{ from: "2026-11-22", value: 0 }] }],
    }),
    "Not known": prices({ lines: [{ name: "Input", versions: [] }] }),
  },
  changes: {
    "Dearer, by model": changes(change(null, 820, 1_143.2, [210, 90, 60, -36.8]), [
      change(LONG, 300, 640, [200, 100, 60, -20]),
      change("gpt-5", 320, 240, [-70, 10, 0, -20]),
      change("new one", 0, 63.2, [63.2]),
      change("gone", 40, 0, [-40]),
      change("unexplained", 100, 140, [10]),
      change("unpriced", null, 4, []),
      change("tiny", 0.0000004, 0.0000009, [0.0000005]),
      change("last", 60, 56, [-4]),
    ]),
    Nothing: changes(change(null, 0, 0, [0, 0, 0, 0]), []),
  },
  trace: {
    "An agent's run": trace([
      span("agent run", null, 0, 12_400, null),
      span("plan", "agent run", 20, 2_400, 0.0123, { note: "claude-opus-4-5" }),
      span("search the web for everything that is known about it today", "agent run", 2_500, 4_000, null, {
        note: "tool",
      }),
      span("summarise", "search the web for everything that is known about it today", 3_000, 1_200, 0.0000004, {
        note: LONG,
      }),
      span("fetch", "search the web for everything that is known about it today", 4_400, 900, null, {
        failed: true,
        note: "tool",
      }),
      span("answer", "agent run", 6_600, 5_700, 1.42, { note: "gpt-5" }),
      span("moderation", "answer", 12_200, null, null),
      ...Array.from({ length: 12 }, (_, i) =>
        span(`level ${i}`, i === 0 ? "answer" : `level ${i - 1}`, 7_000 + i * 100, 4_000 - i * 300, 0.01),
      ),
    ]),
    "One span, no duration": trace([span("alone", "missing", 0, null, null)], false),
    Empty: trace([]),
  },
};

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Gallery />
    </StrictMode>,
  );
}
