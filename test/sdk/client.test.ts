import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";

import { Outlay as EdgeOutlay } from "../../packages/sdk/src/edge/index.ts";
import { Outlay, type NodeOptions, type Warning } from "../../packages/sdk/src/node/index.ts";
import { exportedEvents } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";
import { openMoodyDoor } from "./moody-door.ts";

let server: RunningServer;
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-client-"));
  server = await startServer({ dataDir });
});

afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A client of the real server, without a disk, and what it warns of. */
function client(options: NodeOptions = {}) {
  const warnings: Warning[] = [];
  const outlay = new Outlay({
    url: server.url,
    spool: false,
    watchProcessEnd: false,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  onTestFinished(async () => void (await outlay.close(1_000)));
  return { outlay, warnings };
}

const stored = async () => new Map((await exportedEvents(server.url)).map((event) => [event.id, event]));

describe("what the server refuses", () => {
  it("is counted and told once, and the good calls beside it are kept", async () => {
    const { outlay, warnings } = client();
    for (let index = 0; index < 30; index++) {
      outlay.track({ id: `good-${index}`, model: "gpt-5" });
      outlay.track({ model: "gpt-5", inputTokens: 12 } as never);
      outlay.track({ model: "gpt-5", usage: { inputTokens: -1 } });
    }
    expect(await outlay.flush()).toBe("sent");
    expect(outlay.counters()).toEqual({
      tracked: 90,
      adopted: 0,
      sent: 30,
      duplicates: 0,
      rejected: 60,
      waiting: 0,
      spooled: 0,
      dropped: {},
    });
    expect(warnings.map(({ code }) => code).toSorted()).toEqual(["rejected:out_of_range", "rejected:unknown_field"]);
    expect(warnings.find(({ code }) => code === "rejected:unknown_field")!.message).toContain("usage.inputTokens");
  });

  it("is not sent again and again when nothing of a batch is good", async () => {
    const door = await openMoodyDoor();
    await door.be("good", server.url);
    const { outlay } = client({ url: door.url });
    outlay.track({ model: "" });
    outlay.track({ model: 5 } as never);
    expect(await outlay.flush()).toBe("sent");
    expect(outlay.counters()).toMatchObject({ rejected: 2, waiting: 0 });
    expect(await door.seen()).toEqual({ good: 1 });
  });
});

describe("a call that the server cannot stand", () => {
  it("does not keep back the calls of other batches", async () => {
    const door = await openMoodyDoor();
    await door.be("allergic", server.url);
    const { outlay } = client({ url: door.url, sendEveryMs: 10 });
    outlay.track({ id: "poison-500", model: "gpt-5" });
    expect(await outlay.flush(300)).toBe("timed_out");
    for (let index = 0; index < 5; index++) {
      outlay.track({ id: `beside-${index}`, model: "gpt-5" });
      await outlay.flush(300);
    }
    await expect.poll(() => outlay.counters()).toMatchObject({ sent: 5, waiting: 1 });
    await door.be("good");
    expect(await outlay.flush()).toBe("sent");
    expect(outlay.counters()).toMatchObject({ sent: 6, waiting: 0 });
  });

  it("is found among the others of its batch when the whole is refused because of it", async () => {
    const door = await openMoodyDoor();
    await door.be("picky", server.url);
    const { outlay, warnings } = client({ url: door.url });
    for (let index = 0; index < 100; index++) {
      outlay.track({ id: index === 37 ? "poison-400" : `among-${index}`, model: "gpt-5" });
    }
    expect(await outlay.flush()).toBe("sent");
    expect(outlay.counters()).toMatchObject({ tracked: 100, sent: 99, rejected: 1, waiting: 0 });
    expect(warnings.map(({ code }) => code)).toEqual(["rejected:unreadable"]);
  });
});

it("sends what was tracked twice once", async () => {
  const { outlay } = client();
  outlay.track({ id: "twice", model: "gpt-5" });
  outlay.track({ id: "twice", model: "gpt-5" });
  await outlay.flush();
  outlay.track({ id: "twice", model: "gpt-5" });
  await outlay.flush();
  expect(outlay.counters()).toMatchObject({ tracked: 3, sent: 1, duplicates: 2, waiting: 0 });
});

it("compresses for servers that are elsewhere, and stops when one does not take it", async () => {
  const door = await openMoodyDoor();
  await door.be("no gzip", server.url);
  const { outlay, warnings } = client({ url: door.url, gzip: true });
  for (let index = 0; index < 2; index++) {
    for (let call = 0; call < 50; call++) outlay.track({ model: "gpt-5", session: "s" });
    expect(await outlay.flush()).toBe("sent");
  }
  expect(warnings).toEqual([]);
  // The first request twice, the second only plain.
  expect(await door.seen()).toEqual({ "no gzip": 3 });
});

it("keeps what is tracked as it was, although the caller goes on with the same object", async () => {
  const { outlay } = client();
  const usage = { inputTokens: 0 };
  const event = { id: "", model: "gpt-5", usage, user: "" };
  for (let index = 1; index <= 3; index++) {
    event.id = `reused-${index}`;
    event.user = `u-${index}`;
    usage.inputTokens = index;
    outlay.track(event);
  }
  await outlay.flush();
  const all = await stored();
  for (let index = 1; index <= 3; index++) {
    expect(all.get(`reused-${index}`)).toMatchObject({ user: `u-${index}`, usage: { inputTokens: index } });
  }
  expect(event).toEqual({ id: "reused-3", model: "gpt-5", usage: { inputTokens: 3 }, user: "u-3" });
});

describe("context", () => {
  it("follows calls through what they await, and apart for each", async () => {
    const { outlay } = client({ environment: "test", tags: { story: "st-1" } });
    const handle = (user: string) =>
      outlay.with({ user, tags: { epic: "ep-1" } }, async () => {
        await sleep(Math.random() * 10);
        outlay.track({ id: `with-${user}-1`, model: "gpt-5" });
        await outlay.with({ session: `s-${user}` }, async (tracker) => {
          await sleep(Math.random() * 10);
          await outlay.callAI({ id: `with-${user}-2`, model: "gpt-5" }, () => sleep(1));
          setTimeout(() => tracker.track({ id: `with-${user}-3`, model: "gpt-5", user: "other" }), 1);
        });
      });
    await Promise.all(["ann", "bob", "cyd"].map(handle));
    outlay.track({ id: "without", model: "gpt-5" });
    await sleep(20);
    await outlay.flush();
    const all = await stored();
    const tags = { story: "st-1", epic: "ep-1" };
    for (const user of ["ann", "bob", "cyd"]) {
      expect(all.get(`with-${user}-1`)).toMatchObject({ user, environment: "test", tags });
      expect(all.get(`with-${user}-1`)!.session).toBeUndefined();
      expect(all.get(`with-${user}-2`)).toMatchObject({ user, session: `s-${user}`, environment: "test", tags });
      expect(all.get(`with-${user}-3`)).toMatchObject({ user: "other", session: `s-${user}`, tags });
    }
    expect(all.get("without")!.user).toBeUndefined();
    expect(all.get("without")!.tags).toEqual({ story: "st-1" });
  });

  it("belongs to a stream from its beginning, wherever it is read", async () => {
    const { outlay } = client();
    const stream = outlay.with({ user: "ann" }, () =>
      outlay.callAI({ id: "stream-ann", model: "gpt-5" }, async function* (call) {
        yield 1;
        call.add({ usage: { outputTokens: 5 } });
      }),
    );
    await outlay.with({ user: "bob", session: "s-bob" }, async () => {
      for await (const piece of stream) expect(piece).toBe(1);
    });
    await outlay.flush();
    const event = (await stored()).get("stream-ann")!;
    expect(event).toMatchObject({ user: "ann", streaming: true, usage: { outputTokens: 5 } });
    expect(event.session).toBeUndefined();
  });

  it("follows calls at the edge too, where the runtime can", async () => {
    const outlay = new EdgeOutlay({ url: server.url });
    await outlay.with({ user: "eve" }, async () => {
      await sleep(1);
      outlay.track({ id: "edge", model: "gpt-5" });
    });
    expect(await outlay.close()).toBe("sent");
    expect((await stored()).get("edge")).toMatchObject({ user: "eve" });
  });
});

it("goes on when the clock is set back or forward", async () => {
  const { outlay } = client();
  const real = Date.now;
  const clock = vi.spyOn(Date, "now");
  onTestFinished(() => clock.mockRestore());
  const ids: string[] = [];
  for (const offsetMs of [0, -3_600_000, 86_400_000, -86_400_000, 0]) {
    clock.mockImplementation(() => real() + offsetMs);
    for (let index = 0; index < 100; index++) ids.push(outlay.track({ model: "gpt-5" }));
    await outlay.callAI({ id: `clock-${offsetMs}`, model: "gpt-5" }, async () => {
      clock.mockImplementation(() => real() - 1_000_000_000);
      await sleep(2);
    });
    expect(await outlay.flush()).toBe("sent");
  }
  expect(new Set(ids).size).toBe(500);
  expect(outlay.counters()).toMatchObject({ tracked: 505, sent: 504, duplicates: 1, rejected: 0, waiting: 0 });
  expect((await stored()).get("clock-86400000")!.durationMs).toBeLessThan(60_000);
});

describe("without a disk", () => {
  it("keeps what memory is allowed, and counts what it is not", async () => {
    const { outlay, warnings } = client({ url: "http://127.0.0.1:9", memoryLimitBytes: 100_000, bufferEvents: 100 });
    for (let index = 0; index < 10_000; index++) outlay.track({ model: "gpt-5", session: "s-1" });
    expect(await outlay.flush(300)).toBe("timed_out");
    const { tracked, waiting, dropped, spooled } = outlay.counters();
    expect(tracked).toBe(10_000);
    expect(spooled).toBe(0);
    expect(waiting).toBeGreaterThan(100);
    expect(dropped["buffer_full"]).toBe(10_000 - waiting);
    expect(warnings.map(({ code }) => code)).toContain("dropped:buffer_full");
  });

  it("counts what comes after the end, and never throws", async () => {
    const { outlay, warnings } = client({
      onWarning: () => {
        throw new Error("a listener with a mistake");
      },
    });
    await outlay.close();
    expect(outlay.track({ model: "gpt-5" })).toMatch(/^[\da-f-]{36}$/);
    for (const nonsense of [null, undefined, 5, "text", [], () => 1, Symbol("x")]) {
      expect(outlay.track(nonsense as never)).toMatch(/^[\da-f-]{36}$/);
    }
    expect(await outlay.flush(10)).toBe("sent");
    expect(outlay.counters()).toMatchObject({ tracked: 8, waiting: 0 });
    expect(warnings).toEqual([]);
  });
});

it("takes an address that is none for a server that is away", async () => {
  const { outlay, warnings } = client({ url: "not an address" });
  outlay.track({ model: "gpt-5" });
  expect(await outlay.flush(200)).toBe("timed_out");
  expect(outlay.counters()).toMatchObject({ waiting: 1 });
  expect(warnings.map(({ code }) => code)).toEqual(["unreachable"]);
});
