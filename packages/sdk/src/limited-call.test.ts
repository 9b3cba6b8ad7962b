import { describe, expect, it } from "vitest";

import { LimitExceeded, LimitsUnreachable } from "./limit-exceeded.ts";
import { OutlayClient } from "./outlay-client.ts";
import type { Platform, PostAnswer } from "./platform.ts";
import type { Warning } from "./warnings.ts";

const facts = { provider: "openai", model: "gpt-5", user: "ann" };
const lease = { allowed: true, lease: { id: "lease 1", leasedUsd: 0.25 }, swappedModel: null, warnings: [] };
const refusal = {
  allowed: false,
  refusal: {
    id: "refusal-1",
    code: "limit_exceeded",
    message: 'The limit "Each user, a day" (user ann, a day) is used up: $1 of $1 spent; this call may cost $0.1',
    limit: {
      limitId: "limit-1",
      name: "Each user, a day",
      value: "ann",
      scope: "user ann, a day",
      amountUsd: 1,
      spentUsd: 0.9,
      leasedUsd: 0.1,
      resetsAt: "2026-11-23T00:00:00.000Z",
    },
    wantedUsd: 0.1,
    retryAfterSeconds: 3_600,
  },
};

/** A server that answers as it is told, and what it was asked. */
function client(answer: (path: string) => unknown, options: object = {}) {
  const asked: { path: string; body: Record<string, unknown> }[] = [];
  const warnings: Warning[] = [];
  const platform: Platform = {
    async post({ url, body }): Promise<PostAnswer> {
      const path = new URL(url).pathname;
      const text = new TextDecoder().decode(body);
      asked.push({ path, body: JSON.parse(text) as Record<string, unknown> });
      const said = answer(path);
      if (said instanceof Error) throw said;
      const status = typeof said === "number" ? said : 200;
      return { status, retryAfter: null, text: status === 200 ? JSON.stringify(said) : "no" };
    },
    spool: null,
    maxBatchBytes: 1_000_000,
    gzip: null,
    close: () => undefined,
  };
  const outlay = new OutlayClient(
    { url: "http://outlay.test/", onWarning: (warning) => warnings.push(warning), sendEveryMs: 5, ...options },
    platform,
  );
  const events = async () => {
    await outlay.flush();
    return asked.filter(({ path }) => path === "/api/v1/events").flatMap(({ body }) => body["events"] as object[]);
  };
  return { outlay, asked, warnings, events, paths: () => asked.map(({ path }) => path) };
}

const door = (path: string) => (path === "/api/v1/events" ? { accepted: 1, duplicates: 0, rejected: [] } : lease);

describe("a call within limits", () => {
  it("asks first, with whose call it is and the most that it can use, and is tracked under the id that it asked with", async () => {
    const { outlay, asked, events } = client(door, { project: "shop", tags: { plan: "gold" } });
    const answer = await outlay.bound({ session: "s-1" }).callAI(
      { ...facts, tags: { story: "st-9" } },
      (call) => {
        expect(asked.map(({ path }) => path)).toEqual(["/api/v1/limits/lease"]);
        call.add({ usage: { outputTokens: 7 } });
        return `${call.model} ${call.id}`;
      },
      { inputTokens: 1_000, maxOutputTokens: 500, mostUsd: 0.2 },
    );
    const { eventId, ...body } = asked[0]!.body;
    expect(answer).toBe(`gpt-5 ${String(eventId)}`);
    expect(body).toEqual({
      ...facts,
      project: "shop",
      session: "s-1",
      tags: { plan: "gold", story: "st-9" },
      source: "sdk",
      usage: { inputTokens: 1_000, outputTokens: 500 },
      mostUsd: 0.2,
    });
    expect(await events()).toEqual([
      expect.objectContaining({ id: eventId, ...facts, session: "s-1", success: true, usage: { outputTokens: 7 } }),
    ]);
  });

  it("is not made where a limit has no room for it, and the error says which", async () => {
    const { outlay, events } = client(() => refusal);
    let made = false;
    const refused = outlay.callAI(facts, () => (made = true), {});
    const error = await refused.catch((reason: unknown) => reason as LimitExceeded);
    expect(error).toBeInstanceOf(LimitExceeded);
    expect(error).toMatchObject({
      name: "LimitExceeded",
      code: "limit_exceeded",
      status: 429,
      limit: { id: "limit-1", name: "Each user, a day" },
      scope: "user ann, a day",
      amountUsd: 1,
      spentUsd: 0.9,
      leasedUsd: 0.1,
      wantedUsd: 0.1,
      resetsAt: new Date("2026-11-23T00:00:00Z"),
      retryAfterSeconds: 3_600,
      refusalId: "refusal-1",
      message: expect.stringContaining("is used up"),
    });
    expect(made).toBe(false);
    expect(await events()).toEqual([]);
  });

  it("goes to the cheaper model that a limit names", async () => {
    const { outlay, events } = client((path) =>
      path.endsWith("lease") ? { ...lease, swappedModel: "gpt-5-mini" } : door(path),
    );
    expect(await outlay.callAI(facts, async (call) => call.model, {})).toBe("gpt-5-mini");
    expect(await events()).toEqual([expect.objectContaining({ model: "gpt-5-mini", requestedModel: "gpt-5" })]);
  });

  it("lets go of what was set aside when it fails before anything was used", async () => {
    const { outlay, paths, events } = client(door);
    const failure = new Error("connection reset");
    await expect(outlay.callAI(facts, () => Promise.reject(failure), {})).rejects.toBe(failure);
    expect(paths()).toContain("/api/v1/limits/leases/lease%201/release");
    expect(await events()).toEqual([expect.objectContaining({ success: false })]);
  });

  it("keeps what was set aside of a failed call that has used something, and of a stream that was left", async () => {
    const { outlay, paths, events } = client(door);
    const failed = outlay.callAI(
      facts,
      (call) => {
        call.add({ usage: { inputTokens: 5 } });
        throw new Error("no");
      },
      {},
    );
    await expect(failed).rejects.toThrow("no");
    const stream = await outlay.callAI(
      facts,
      async function* () {
        yield 1;
        yield 2;
      },
      {},
    );
    for await (const _ of stream) break;
    expect(await events()).toHaveLength(2);
    expect(paths().filter((path) => path.includes("release"))).toEqual([]);
  });
});

describe("when the server cannot be asked", () => {
  it.each([
    ["is away", new Error("connect ECONNREFUSED")],
    ["does not let us in", 403],
    ["is no Outlay", "hello"],
  ])("because it %s, the call is made all the same, and told once", async (_, answer) => {
    const { outlay, warnings, paths } = client((path) => (path.endsWith("lease") ? answer : door(path)));
    expect(await outlay.callAI(facts, () => 42, {})).toBe(42);
    expect(await outlay.callAI(facts, async () => 43, {})).toBe(43);
    expect(paths().filter((path) => path.endsWith("lease"))).toHaveLength(2);
    expect(warnings.map(({ code }) => code)).toEqual(["limits_unreachable"]);
  });

  it("no call is made where the caller wants none without its word", async () => {
    const { outlay } = client(() => new Error("connect ECONNREFUSED"));
    let made = false;
    const refused = outlay.callAI(facts, () => (made = true), { failClosed: true });
    await expect(refused).rejects.toBeInstanceOf(LimitsUnreachable);
    expect(made).toBe(false);
  });

  it("nobody is asked unless it is wanted", async () => {
    const { outlay, paths } = client(door);
    expect(outlay.callAI(facts, () => 42)).toBe(42);
    await outlay.flush();
    expect(paths()).toEqual(["/api/v1/events"]);
  });
});

describe("a lease of one's own", () => {
  it("has the id to track with, and lets go of itself", async () => {
    const { outlay, asked } = client(door);
    const own = await outlay.lease({ ...facts, id: "call-1" });
    expect(own).toMatchObject({ id: "call-1", model: "gpt-5", leasedUsd: 0.25, warnings: [] });
    own!.release();
    expect(asked.map(({ path }) => path)).toEqual(["/api/v1/limits/lease", "/api/v1/limits/leases/lease%201/release"]);
  });
});
