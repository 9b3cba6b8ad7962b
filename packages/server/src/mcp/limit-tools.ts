import { z } from "zod";
import { AskFailed, tool, type Ask, type Tool } from "./tool.ts";
import { table, usd } from "./words.ts";

interface Limit {
  id: string;
  name: string;
  kind: string;
  amountUsd: number;
  period: { unit: string };
  filters: string[];
}

interface LimitsAnswer {
  limits: Limit[];
}

interface BudgetsAnswer {
  budgets: {
    limit: Limit;
    standing: { usedPercent: number; elapsedPercent: number | null; state: { spentUsd: number } } | null;
    projection: { endUsd: number | null; exhaustedAt: string | null } | null;
  }[];
}

/** What may be spent, and how that stands. Two of them change something. */
export const LIMIT_TOOLS: Tool[] = [
  tool({
    name: "budgets",
    title: "Budgets",
    description: "All budgets: how much of each is used, against how much of its time, and where it is going.",
    input: {},
    writes: false,
    async run(ask) {
      const answer = await ask.get<BudgetsAnswer>("/api/v1/budgets", { periods: 1 });
      const rows = answer.budgets.map(({ limit, standing, projection }) => [
        limit.name,
        `${usd(limit.amountUsd)} a ${limit.period.unit}`,
        usd(standing?.state.spentUsd),
        standing === null ? null : `${standing.usedPercent.toFixed(0)} %`,
        usd(projection?.endUsd),
        projection?.exhaustedAt,
      ]);
      const columns = ["budget", "amount", "spent", "used", "at its end", "used up"];
      return { text: rows.length === 0 ? "No budgets are set." : table(columns, rows), structured: { ...answer } };
    },
  }),
  tool({
    name: "limits",
    title: "Limits",
    description: "All spending limits: what they hold for, their amounts and what happens at them.",
    input: {},
    writes: false,
    async run(ask) {
      const answer = await ask.get<LimitsAnswer>("/api/v1/limits");
      const rows = answer.limits.map((limit) => [
        limit.name,
        limit.kind,
        `${usd(limit.amountUsd)} a ${limit.period.unit}`,
        limit.filters.join(", ") || "everything",
      ]);
      const text = rows.length === 0 ? "No limits are set." : table(["limit", "kind", "amount", "holds for"], rows);
      return { text, structured: { ...answer } };
    },
  }),
  tool({
    name: "set_budget",
    title: "Set a budget",
    description:
      "Makes a budget, or changes the amount of the one with that name. A budget tells, and refuses nothing.",
    input: {
      name: z.string().min(1).describe("For people"),
      amountUsd: z.number().min(0),
      period: z
        .enum(["hour", "day", "week", "month", "quarter", "year"])
        .optional()
        .describe("Of a new one; default month"),
    },
    writes: true,
    async run(ask, { name, amountUsd, period = "month" }) {
      const known = (await listLimits(ask)).find((limit) => limit.kind === "budget" && limit.name === name);
      const budget =
        known === undefined
          ? await ask.send<Limit>("POST", "/api/v1/budgets", { name, amountUsd, period: { unit: period } })
          : await ask.send<Limit>("PATCH", `/api/v1/limits/${encodeURIComponent(known.id)}`, { amountUsd });
      const done = known === undefined ? "is made" : `is changed (before: ${usd(known.amountUsd)})`;
      return {
        text: `The budget ${name} ${done}: ${usd(budget.amountUsd)} a ${budget.period.unit}.`,
        structured: { ...budget },
      };
    },
  }),
  tool({
    name: "raise_limit",
    title: "Raise a limit for a time",
    description: "Gives a limit another amount until an instant, with a reason; both are in the audit trail.",
    input: {
      limit: z.string().describe("Its id or name"),
      amountUsd: z.number().min(0),
      until: z.string().describe("An ISO instant"),
      reason: z.string().min(1),
      value: z.string().optional().describe("Only this one, of those that have an account each"),
    },
    writes: true,
    async run(ask, { limit, ...override }) {
      const known = (await listLimits(ask)).find(({ id, name }) => id === limit || name === limit);
      if (known === undefined) throw new AskFailed("limit_not_found", `There is no limit ${limit}`, "limit");
      const path = `/api/v1/limits/${encodeURIComponent(known.id)}/overrides`;
      const made = await ask.send<Record<string, unknown>>("POST", path, override);
      return { text: `${known.name} is ${usd(override.amountUsd)} until ${override.until}.`, structured: made };
    },
  }),
];

async function listLimits(ask: Ask): Promise<Limit[]> {
  return (await ask.get<LimitsAnswer>("/api/v1/limits")).limits;
}
