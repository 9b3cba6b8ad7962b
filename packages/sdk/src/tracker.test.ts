import { parseEvent, type WireEvent, type WireUsage } from "@outlay/core";
import { expect, it } from "vitest";

import { CONTEXT_FIELDS } from "./context.ts";
import type { TrackedCall, TrackedUsage } from "./tracker.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

it("says the same as the event of the server, without needing its types", () => {
  // Compiled, not run: a field that is missing here or there is an error of types.
  const sameFields: Same<keyof TrackedCall, keyof WireEvent> = true;
  const sameUsage: Same<keyof TrackedUsage, keyof WireUsage> = true;
  expect([sameFields, sameUsage]).toEqual([true, true]);
  const call: TrackedCall & { provider: string } = { provider: "openai", model: "gpt-5", usage: { inputTokens: 1 } };
  const wire: WireEvent = call;
  expect(parseEvent(wire, 0).problems).toBeNull();
});

it("has contexts of fields that the server knows", () => {
  for (const name of CONTEXT_FIELDS) {
    const event = { provider: "openai", model: "gpt-5", [name]: name === "tags" ? { story: "x" } : "x" };
    expect(parseEvent(event, 0).problems).toBeNull();
  }
});
