/**
 * An application that tracks calls, in a process of its own. Its parent tells it what to do, or it does what its only
 * argument says (JSON of an `ApplicationPlan`) and ends.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { Outlay, type Warning } from "../../packages/sdk/src/node/index.ts";
import type { ApplicationPlan, Order, Report } from "./application.ts";

const plan = JSON.parse(process.argv[2]!) as ApplicationPlan;
const warnings: Warning[] = [];
const thrown: string[] = [];
let mostKb = 0;
if (plan.ownSignalHandler) {
  process.once("SIGTERM", () => {
    process.send?.({ handled: true });
    setTimeout(() => process.exit(7), 50);
  });
}
const outlay = new Outlay({ ...plan.options, onWarning: (warning) => warnings.push(warning) });

async function track(from: number, count: number): Promise<void> {
  for (let index = from; index < from + count; index++) {
    try {
      outlay.track({
        id: `${plan.name}-${index}`,
        provider: "openai",
        model: "gpt-4o-mini",
        usage: { inputTokens: 1_000 + (index % 7), outputTokens: 100, cacheReadTokens: 10 },
        user: `u-${index % 100}`,
        session: `s-${index % 1_000}`,
        tags: { story: `st-${index % 10}` },
        metadata: { index, note: "a note of some length, as applications write them" },
      });
    } catch (error) {
      thrown.push(String(error));
    }
    // As a server with much to do: many calls in a moment, then others get their turn.
    if (plan.pauseEvery && index % plan.pauseEvery === plan.pauseEvery - 1) {
      mostKb = Math.max(mostKb, process.memoryUsage.rss() / 1_024);
      await sleep(1);
    }
  }
}

function report(result?: unknown): void {
  const answer: Report = { counters: outlay.counters(), warnings, thrown, mostMb: mostKb / 1_024, result };
  process.send?.(answer);
}

process.on("message", async (order: Order) => {
  if (order.track) await track(order.track.from, order.track.count);
  let result: unknown;
  if (order.flush) result = await outlay.flush(order.flush);
  if (order.close) result = await outlay.close(order.close);
  report(result);
  if (order.end) process.disconnect();
});

if (plan.track) {
  await track(0, plan.track);
  while (plan.spoolFirst && outlay.counters().spooled < plan.track) await sleep(5);
  if (process.send) report();
  switch (plan.ending) {
    case "exit":
      process.exit(3);
    case "throw":
      throw new Error("the application has a mistake");
    case "end":
      process.disconnect?.();
      break;
    default:
      // Stays until a signal comes.
      setInterval(() => undefined, 1_000);
  }
}
