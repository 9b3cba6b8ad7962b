import { parseEvent } from "@outlay/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { CallContext } from "./context.ts";
import { eventLine } from "./event-line.ts";
import type { TrackedCall } from "./tracker.ts";

const AT_MS = Date.UTC(2026, 10, 22);

function lineOf(event: unknown, context?: CallContext, always?: CallContext) {
  const copy = { ...(event as TrackedCall) };
  return eventLine({ id: "e-1", atMs: AT_MS, event: copy, context }, always);
}

/** The event as the server gets it. */
function written(event: unknown, context?: CallContext, always?: CallContext) {
  const { json } = lineOf(event, context, always);
  const wire = JSON.parse(json!) as Record<string, unknown>;
  return { wire, problems: parseEvent(wire, AT_MS).problems };
}

const call = { provider: "openai", model: "gpt-5", usage: { inputTokens: 12 } };

describe("a call that is written down", () => {
  it("has an id, its time, its source", () => {
    expect(written(call)).toEqual({
      wire: { ...call, id: "e-1", occurredAt: AT_MS, source: "sdk" },
      problems: null,
    });
    const own = { ...call, id: "e-1", occurredAt: "2026-01-01T00:00:00Z", source: "openai" };
    expect(written(own).wire).toEqual(own);
  });

  it("has a provider: the one that the model's name cannot mistake, or none that has prices", () => {
    const providers = ["gpt-5", "o3-mini", "claude-sonnet-4-5", "gemini-2.5-pro", "llama-3.3-70b", "gpt"].map(
      (model) => written({ model }).wire["provider"],
    );
    expect(providers).toEqual(["openai", "openai", "anthropic", "google", "unknown", "unknown"]);
  });

  it("has the context that is nearest to it, and all tags", () => {
    const always = { user: "nobody", team: "search", environment: "production", tags: { a: "1", b: "1", c: "1" } };
    const context = { user: "ann", session: "s-1", tags: { b: "2", c: "2" } };
    const { wire } = written({ ...call, session: "s-2", team: null, tags: { c: "3" } }, context, always);
    expect(wire).toMatchObject({
      user: "ann",
      session: "s-2",
      team: "search",
      environment: "production",
      tags: { a: "1", b: "2", c: "3" },
    });
    expect(always.tags).toEqual({ a: "1", b: "1", c: "1" });
  });

  it("has an error message that the server takes, however it was", () => {
    for (const errorMessage of [
      "x".repeat(10_000),
      "a\u0000b\u001bc",
      "line\nline",
      `${"x".repeat(4_095)}😀`,
      "\ud800",
    ]) {
      const { wire, problems } = written({ ...call, errorMessage });
      expect(problems).toBeNull();
      expect((wire["errorMessage"] as string).length).toBeLessThanOrEqual(4_096);
    }
    expect(written({ ...call, errorMessage: "line\nline 😀" }).wire["errorMessage"]).toBe("line\nline 😀");
  });
});

describe("what JSON cannot hold", () => {
  const circle: Record<string, unknown> = { name: "circle" };
  circle["self"] = { again: circle };
  const trap = {
    get value(): never {
      throw new Error("never read me");
    },
    plain: 1,
  };
  let deep: unknown = "bottom";
  for (let depth = 0; depth < 20_000; depth++) deep = { deep };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  it.each([
    ["a circle", circle],
    ["BigInt", { count: 12n, large: 2n ** 80n }],
    ["a getter that throws", trap],
    ["a toJSON that throws", { toJSON: () => trap.value }],
    ["a nesting without end", { deep }],
    ["a proxy that was revoked", { proxy: revoked.proxy }],
    ["a symbol and a function", { symbol: Symbol("x"), call: () => 1 }],
    ["an invalid date", { at: new Date(Number.NaN) }],
    ["16 MB of text", { note: "x".repeat(16_000_000), small: 1 }],
    ["very many entries", Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`key-${index}`, index]))],
    ["names as long as novels", Object.fromEntries(["a", "b", "c"].map((name) => [name.repeat(9_000), 1]))],
  ])("in metadata costs nothing else: %s", (_, metadata) => {
    const { wire, problems } = written({ ...call, metadata });
    expect(problems).toBeNull();
    expect(wire).toMatchObject(call);
  });

  it("keeps what it can, and says that it did not keep all", () => {
    const { json, altered } = lineOf({ ...call, metadata: { count: 12n, trap, circle } });
    expect(altered).toBe(true);
    expect(JSON.parse(json!).metadata).toEqual({
      count: 12,
      trap: { value: "[unreadable]", plain: 1 },
      circle: { name: "circle", self: { again: "[circular]" } },
    });
    const large = lineOf({ ...call, metadata: { small: 1, note: "x".repeat(20_000) } });
    expect(large.altered).toBe(true);
    expect(JSON.parse(large.json!).metadata).toEqual({ small: 1, leftOut: ["note"] });
    expect(lineOf({ ...call, metadata: { note: "x".repeat(16_000) } }).altered).toBe(false);
  });

  it("is read as numbers where numbers belong", () => {
    expect(written({ ...call, usage: { inputTokens: 12n } }).wire["usage"]).toEqual({ inputTokens: 12 });
  });

  it("never throws, whatever is tracked", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true }), (anything) => {
        const { json } = lineOf(anything);
        if (json !== null) expect(json).not.toContain("\n");
      }),
    );
  });
});
