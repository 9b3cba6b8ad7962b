import { eventSchema } from "@outlay/core";
import { expect, it } from "vitest";
import { liveCalls } from "./live-calls.ts";

it("makes calls that happen now, each another, cheap ones, without end", () => {
  let nowMs = Date.UTC(2026, 10, 20, 3);
  const ids = new Set<string>();
  const calls = liveCalls({ seed: 5, now: () => nowMs });
  for (let made = 0; made < 1_000; made++) {
    nowMs += 1_500;
    const call = calls.next().value;
    expect(eventSchema.safeParse(call).success).toBe(true);
    expect(call.occurredAt).toBe(new Date(nowMs).toISOString());
    expect(call.usage!.inputTokens ?? 0).toBeLessThanOrEqual(3_000);
    ids.add(call.id!);
  }
  expect(ids.size).toBe(1_000);
});
