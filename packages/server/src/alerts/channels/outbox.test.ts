import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { overlayStorage } from "../../storage/overlay-storage.ts";
import { openSqliteStorage } from "../../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../../storage/storage.ts";
import type { AlertMessage } from "../alert-message.ts";
import type { Delivery } from "./channels.ts";
import { Outbox } from "./outbox.ts";
import type { AttemptResult } from "./outbox.ts";

let dataDir: string;
let storage: Storage;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-outbox-"));
  storage = await openSqliteStorage({ dataDir });
});
afterAll(async () => {
  await storage.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const CHANNELS = { people: { maxPerMinute: 600, groups: true }, machine: { maxPerMinute: 600, groups: false } };
type ChannelName = keyof typeof CHANNELS;
const TAKEN: AttemptResult = { delivered: true, failure: null, answer: "ok", retryable: false, retryAfterMs: null };
const LATER: AttemptResult = { delivered: false, failure: "later", answer: null, retryable: true, retryAfterMs: null };

/** What a receiver was given under one id, and whether it said that it took it. */
interface Sent {
  sentAs: string;
  titles: string[];
  taken: boolean;
  /** Of those: known in the store to have arrived. */
  needless: string[];
}

interface Life {
  outbox: Outbox;
  isDead: () => boolean;
  /** What the store was doing when the process died is done or undone before another one opens it. */
  storeIsQuiet: () => Promise<unknown>;
}

/** An outbox whose process dies with the write of this number, before or after it is done; 0: it lives. */
async function live(options: {
  diesAtWrite: number;
  diesAfter: boolean;
  answers: boolean[];
  sent: Sent[];
  arrived: Set<string>;
}): Promise<Life> {
  let writes = 0;
  let isDead = false;
  const running: Promise<unknown>[] = [];
  const write = async <T>(act: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error("dead");
    writes += 1;
    const isLast = writes === options.diesAtWrite;
    isDead ||= isLast;
    const done = isLast && !options.diesAfter ? null : act();
    running.push(Promise.resolve(done));
    const answer = await done;
    if (isLast || answer === null) throw new Error("died");
    return answer;
  };
  const outbox = await Outbox.open({
    storage: overlayStorage(storage, {
      putRecords: (collection, records) =>
        write(async () => {
          await storage.putRecords(collection, records);
          if (collection !== "alert-deliveries") return;
          for (const { body } of records) options.arrived.add((body as Delivery).message.title);
        }),
      deleteRecords: (collection, ids) => write(() => storage.deleteRecords(collection, ids)),
    }),
    now: () => Date.now(),
    paceOf: (channelId) => CHANNELS[channelId as ChannelName] ?? null,
    attempt: async (_, sentAs, messages) => {
      if (isDead) return new Promise(() => {});
      const taken = options.answers.shift() ?? true;
      const titles = messages.map(({ title }) => title);
      options.sent.push({ sentAs, titles, taken, needless: titles.filter((title) => options.arrived.has(title)) });
      return taken ? TAKEN : LATER;
    },
    logFailure: () => {},
    retryDelaysMs: Array.from({ length: 100 }, () => 0),
  });
  return { outbox, isDead: () => isDead, storeIsQuiet: () => Promise.allSettled(running) };
}

function delivery(channelId: ChannelName, number: number): Delivery {
  const message: AlertMessage = {
    id: `m${number}`,
    alertId: "a",
    kind: "test",
    severity: number % 3 === 0 ? "critical" : "info",
    state: "fired",
    title: `${channelId} ${number}`,
    summary: "",
    facts: [],
    link: null,
    atMs: 0,
  };
  const nowMs = Date.now();
  return {
    id: `${channelId}-${number}`,
    channelId,
    channelName: channelId,
    message,
    status: "waiting",
    attempts: [],
    nextAttemptAtMs: nowMs,
    failures: 0,
    sentAs: null,
    createdAtMs: nowMs,
  };
}

async function forget(): Promise<void> {
  for (const collection of ["alert-outbox", "alert-deliveries"]) {
    const records = await storage.listRecords(collection);
    await storage.deleteRecords(
      collection,
      records.map(({ id }) => id),
    );
  }
}

async function untilEmpty({ outbox, isDead }: Life): Promise<void> {
  while (!isDead() && (await outbox.list({ status: "waiting", limit: 1 })).length > 0) await sleep(1);
}

test("whenever the process dies, what was acknowledged arrives, each message under one id, and each id with the same messages", async () => {
  const scenario = fc.record({
    channels: fc.array(fc.constantFrom<ChannelName>("people", "machine"), { minLength: 1, maxLength: 6 }),
    deaths: fc.array(fc.tuple(fc.integer({ min: 1, max: 14 }), fc.boolean()), { maxLength: 3 }),
    answers: fc.array(fc.boolean(), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async ({ channels, deaths, answers }) => {
      await forget();
      const sent: Sent[] = [];
      const arrived = new Set<string>();
      const acknowledged: string[] = [];
      const unsent = channels.map((channel, index) => delivery(channel, index));
      const left = [...answers];
      for (const [diesAtWrite, diesAfter] of [...deaths, [0, false] as const]) {
        const life = await live({ diesAtWrite, diesAfter, answers: left, sent, arrived }).catch(() => null);
        if (life === null) continue;
        life.outbox.start();
        // who was not told that it is stored tells it again, under the same id
        for (const one of unsent.filter(({ id }) => !acknowledged.includes(id))) {
          const isStored = await life.outbox.add([one]).then(
            () => true,
            () => false,
          );
          if (isStored) acknowledged.push(one.id);
        }
        await untilEmpty(life);
        if (life.isDead()) void life.outbox.close();
        else await life.outbox.close();
        await life.storeIsQuiet();
      }
      expect(acknowledged.toSorted()).toEqual(unsent.map(({ id }) => id).toSorted());
      const taken = new Set(sent.filter((one) => one.taken).flatMap(({ titles }) => titles));
      expect([...taken].toSorted()).toEqual(unsent.map(({ message }) => message.title).toSorted());
      const byId = Map.groupBy(sent, ({ sentAs }) => sentAs);
      for (const [, same] of byId) expect(new Set(same.map(({ titles }) => titles.join())).size).toBe(1);
      const names = Map.groupBy(
        sent.flatMap(({ sentAs, titles }) => titles.map((title) => ({ title, sentAs }))),
        ({ title }) => title,
      );
      for (const [, same] of names) expect(new Set(same.map(({ sentAs }) => sentAs)).size).toBe(1);
      expect(sent.flatMap(({ needless }) => needless)).toEqual([]);
      const { outbox } = await live({ diesAtWrite: 0, diesAfter: false, answers: [], sent, arrived });
      const all = await outbox.list({ limit: 99 });
      expect(all.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual(
        unsent.map(({ id }) => `${id} sent`).toSorted(),
      );
    }),
    { numRuns: 60 },
  );
});
