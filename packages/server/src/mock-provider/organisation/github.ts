import { InvalidInput } from "@outlay/core";
import { DAY_MS, dateOf, daysIn } from "./days.ts";
import {
  isRefusedKey,
  requireKnown,
  type Organisation,
  type ReportAnswer,
  type ReportRequest,
} from "./organisation.ts";

/** Copilot's AI credits of a day, and everything billed in a month. */
export function githubReports(request: ReportRequest, organisation: Organisation): ReportAnswer | null {
  const what = /^\/(users|organizations)\/([\w-]+)\/settings\/billing\/(ai_credit\/usage|usage)$/.exec(request.path);
  if (what === null || request.method !== "GET") return null;
  if (isRefusedKey(request.headers["authorization"]?.replace(/^Bearer /, ""), "github_pat_"))
    return { status: 401, message: "Bad credentials" };
  if (request.headers["user-agent"] === undefined)
    return { status: 403, message: "Request forbidden by administrative rules." };
  if (request.headers["x-github-api-version"] !== "2026-03-10")
    throw new InvalidInput("invalid_parameter", "X-GitHub-Api-Version");
  if (what[2] !== "acme") return { status: 404, message: "Not Found" };
  requireKnown(request.query, ["year", "month", "day", "user", "model", "product"]);
  const [year, month, day] = ["year", "month", "day"].map((name) => Number(request.query.get(name) ?? 1));
  const startMs = Date.UTC(year!, month! - 1, day);
  if (what[3] === "usage") {
    const days = daysIn(startMs, Date.UTC(year!, month!, 1), organisation);
    return { body: { usageItems: days.flatMap((dayMs) => billed(dateOf(dayMs))) } };
  }
  if (daysIn(startMs, startMs + DAY_MS, organisation).length === 0)
    return { body: { timePeriod: { year, month, day }, usageItems: [] } };
  const credits = { product: "Copilot", sku: "Copilot AI Credits", unitType: "credits", pricePerUnit: 0.01 };
  return {
    body: {
      timePeriod: { year, month, day },
      organization: "acme",
      usageItems: [
        {
          ...credits,
          model: "Claude Sonnet 4.5",
          grossQuantity: 120,
          grossAmount: 1.2,
          discountQuantity: 120,
          discountAmount: 1.2,
          netQuantity: 0,
          netAmount: 0,
        },
        {
          ...credits,
          model: "GPT-5",
          grossQuantity: 50,
          grossAmount: 0.5,
          discountQuantity: 20,
          discountAmount: 0.2,
          netQuantity: 30,
          netAmount: 0.3,
        },
      ],
    },
  };
}

function billed(date: string): object[] {
  const item = { date, unitType: "user-months", organizationName: "acme", repositoryName: "" };
  return [
    {
      ...item,
      product: "Copilot",
      sku: "Copilot Business",
      quantity: 1,
      pricePerUnit: 19,
      grossAmount: 0.633,
      discountAmount: 0,
      netAmount: 0.633,
    },
    {
      ...item,
      product: "Copilot",
      sku: "Copilot AI Credits",
      quantity: 30,
      pricePerUnit: 0.01,
      grossAmount: 1.7,
      discountAmount: 1.4,
      netAmount: 0.3,
    },
    {
      ...item,
      product: "Actions",
      sku: "Actions Linux",
      quantity: 100,
      pricePerUnit: 0.008,
      grossAmount: 0.8,
      discountAmount: 0,
      netAmount: 0.8,
    },
  ];
}
