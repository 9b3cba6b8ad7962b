import { afterAll, beforeAll, expect, it, vi } from "vitest";

import { eventsOf, openOrganisation, type Asker, type Organisation } from "./organisation.ts";

// A stream tells each reader of what is theirs, and ends when they are no longer who they were.

let organisation: Organisation;
beforeAll(async () => {
  // heartbeats come when the test says so
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  organisation = await openOrganisation();
});
afterAll(async () => {
  await organisation.outlay.close();
  vi.useRealTimers();
});

interface OpenStream {
  /** Resolves when the text so far is as wanted. */
  until(isThere: (text: string) => boolean): Promise<string>;
  ended: Promise<void>;
  close(): Promise<void>;
}

async function openStream(asker: Asker, path: string): Promise<OpenStream> {
  const answer = await asker("GET", path);
  expect(answer.status).toBe(200);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const waiting = new Set<() => void>();
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += value;
      for (const check of waiting) check();
    }
  };
  const ended = read();
  return {
    ended,
    until: (isThere) =>
      new Promise((resolve) => {
        const check = () => {
          if (!isThere(text)) return;
          waiting.delete(check);
          resolve(text);
        };
        waiting.add(check);
        check();
      }),
    close: () => reader.cancel(),
  };
}

async function send(names: string[], prefix: string): Promise<void> {
  const events = names.flatMap((name) =>
    eventsOf(name, 1).map((event) => ({ ...event, id: `${prefix}-${name}`, occurredAt: new Date().toISOString() })),
  );
  const answer = await organisation.askers["key ingest"]("POST", "/api/v1/events", { events });
  expect(answer.status).toBe(200);
}

const STREAM = "/api/v1/stream";
const UNIFIED = "/api/dev/ai-costs/unified/stream";

function ids(text: string): string[] {
  return [...new Set(text.match(/(first|second)-\w+/g))].toSorted();
}

it("each reader hears of what is theirs, live and after coming back", async () => {
  const { member, lead, viewer, administrator } = organisation.askers;
  const readers = { member, lead, viewer, administrator, key: organisation.askers["key read of a user"] };
  const streams = Object.fromEntries(
    await Promise.all(Object.entries(readers).map(async ([name, asker]) => [name, await openStream(asker, STREAM)])),
  ) as Record<keyof typeof readers, OpenStream>;
  // nothing is sent before the past was
  await Promise.all(Object.values(streams).map((stream) => stream.until((text) => text.includes("event: totals"))));
  await send(["bob", "dave", "unattributed"], "first");
  await send(["alice", "carol"], "second");
  const seen = {
    member: ["second-alice"],
    key: ["second-alice"],
    lead: ["first-dave", "second-carol"],
    viewer: ["first-bob", "first-dave", "first-unattributed", "second-alice", "second-carol"],
    administrator: ["first-bob", "first-dave", "first-unattributed", "second-alice", "second-carol"],
  };
  for (const name of Object.keys(seen) as (keyof typeof seen)[]) {
    const wanted = seen[name];
    const calls = `"calls":${wanted.length},`;
    const text = await streams[name].until((said) => wanted.every((id) => said.includes(id)) && said.includes(calls));
    expect(ids(text), name).toEqual(wanted);
    const again = await openStream(readers[name], `${STREAM}?lastEventId=0`);
    expect(ids(await again.until((said) => wanted.every((id) => said.includes(id)))), name).toEqual(wanted);
    await again.close();
    await streams[name].close();
  }
});

it("ends when the key is withdrawn, the session is over, or the rights are others", async () => {
  const { outlay, askers } = organisation;
  const people = (await (await askers.administrator("GET", "/api/v1/people")).json()) as {
    people: { id: string; user: string }[];
  };
  const idOf = (user: string) => people.people.find((person) => person.user === user)!.id;
  const { key, token } = await outlay.keys.create({ name: "k", scopes: ["read"], attribution: {} }, "test");
  const byKey: Asker = (method, path) => outlay.ask(method, path, undefined, { authorization: `Bearer ${token}` });
  /** Who reads, what ends it, and what they are told when they come back. */
  const ends: [Asker, () => Promise<unknown>, number][] = [
    [byKey, () => outlay.keys.revoke(key.id, "test"), 401],
    [askers.member, () => askers.administrator("POST", `/api/v1/people/${idOf("u-alice")}/sign-out`), 401],
    [askers.viewer, () => askers.administrator("PATCH", `/api/v1/people/${idOf("u-vera")}`, { role: "member" }), 200],
  ];
  for (const [asker, end, statusAfter] of ends) {
    const streams = [await openStream(asker, STREAM), await openStream(asker, UNIFIED)];
    await Promise.all(streams.map((stream) => stream.until((text) => text.includes("data: "))));
    // who may stay, stays
    await vi.advanceTimersByTimeAsync(15_000);
    await Promise.all(streams.map((stream) => stream.until((text) => text.includes(": still here"))));
    await end();
    await vi.advanceTimersByTimeAsync(15_000);
    await Promise.all(streams.map((stream) => stream.ended));
    const again = await asker("GET", STREAM);
    expect(again.status).toBe(statusAfter);
    await again.body?.cancel();
  }
});
