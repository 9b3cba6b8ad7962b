import { parquetReadObjects } from "hyparquet";
import { extractText, getDocumentProxy } from "unpdf";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { addressesOf } from "./addresses-of.ts";
import {
  openOne,
  openOrganisation,
  operationsOf,
  record,
  type Asker,
  type OpenedOutlay,
  type Operation,
  type Organisation,
} from "./organisation.ts";

// Members see what is theirs, leads also what their teams' members did, viewers everything: in every operation that reads, each
// answer is the one that an Outlay would give which holds nothing else.

let organisation: Organisation;
/** Hold what one of them may see, and nothing else. */
let onlyAlices: OpenedOutlay;
let onlyTheTeams: OpenedOutlay;
let operations: Operation[];

beforeAll(async () => {
  // answers that depend on the time of asking can be compared
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 10, 22, 13, 37, 12, 345) });
  organisation = await openOrganisation();
  [onlyAlices, onlyTheTeams] = await Promise.all([openOne(), openOne()]);
  await record(organisation.askers.administrator, ["alice", "bob", "carol", "dave", "unattributed"]);
  await record(asOwner(onlyAlices), ["alice"]);
  await record(asOwner(onlyTheTeams), ["carol", "dave"]);
  operations = await operationsOf(organisation.outlay);
});
afterAll(async () => {
  vi.useRealTimers();
  await Promise.all([organisation.outlay, onlyAlices, onlyTheTeams].map((outlay) => outlay.close()));
});

function asOwner(outlay: OpenedOutlay): Asker {
  return (method, path, body) => outlay.ask(method, path, body);
}

/** Counts of everybody's arrivals, sizes and places in lists are the store's, not the data's. */
const OF_THE_STORE = new Set(["seq", "scannedEvents", "sizeBytes", "nextCursor", "requestId"]);

/** A body with its lists in one order: what is alike may stand in any. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(comparable).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !OF_THE_STORE.has(name));
  return Object.fromEntries(entries.map(([name, part]) => [name, comparable(part)]));
}

/** What was answered, without what differs between two stores with the same data. */
async function said(asker: Asker, address: string): Promise<{ status: number; body: unknown; text: string }> {
  const answer = await asker("GET", address);
  const type = answer.headers.get("content-type") ?? "";
  const text = await textOf(answer, type);
  return { status: answer.status, body: comparable(parsed(type, text)), text };
}

async function textOf(answer: Response, type: string): Promise<string> {
  if (type.startsWith("text/event-stream")) return firstMessages(answer);
  if (type === "application/pdf") return textOfPdf(await answer.arrayBuffer());
  if (type === PARQUET) return JSON.stringify(await rowsOfParquet(await answer.arrayBuffer()));
  return answer.text();
}

const PARQUET = "application/vnd.apache.parquet";

/** A line for each line of each page. */
async function textOfPdf(bytes: ArrayBuffer): Promise<string> {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)));
  return text.join("\n");
}

async function rowsOfParquet(bytes: ArrayBuffer): Promise<unknown[]> {
  const rows = await parquetReadObjects({ file: bytes });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === "bigint" ? `${value}` : value]),
    ),
  );
}

function parsed(type: string, text: string): unknown {
  if (type === PARQUET) return JSON.parse(text);
  if (type.includes("json") && !type.includes("x-ndjson")) return JSON.parse(text);
  const lines = text.split(/\r?\n/);
  if (type.startsWith("text/csv") || type === "application/pdf") return lines;
  return lines.flatMap((line) => {
    const data = line.replace(/^data: /, "");
    return data.startsWith("{") ? [JSON.parse(data) as unknown] : [];
  });
}

/** What is sent to somebody who has just come: a message, however long it takes, and what follows without a pause. */
async function firstMessages(answer: Response): Promise<string> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const nothing = Symbol("nothing");
  for (;;) {
    const pause = new Promise<typeof nothing>((resolve) => {
      if (text.includes("data:")) setTimeout(() => resolve(nothing), 400);
    });
    const next = await Promise.race([reader.read(), pause]);
    if (next === nothing || next.done) break;
    text += next.value;
  }
  await reader.cancel();
  return text;
}

const reads = () => operations.filter(({ method, access }) => method === "GET" && access === "read");
/** What has no user in particular is about oneself there: one is not the other, nor is a lead the team. */
const ABOUT_ONESELF = new Set(["/api/analytics/user", "/api/analytics/check-limit"]);
const aboutAll = () => reads().filter(({ path }) => !ABOUT_ONESELF.has(path));
/** Of others' limits it is said that one may not ask, whether or not there is such a user. */
const refusesOthersLimits = (address: string, { status, text }: { status: number; text: string }) =>
  /(check-limit|limits\/applying)\?.*user/i.test(address) && status === 403 && text.includes('"code":"not_allowed"');

async function compare(asker: Asker, own: Asker, strangers: string[], addresses: string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const address of addresses) {
    const seen = await said(asker, address);
    if (refusesOthersLimits(address, seen)) continue;
    const theirs = await said(own, address);
    if (JSON.stringify([seen.status, seen.body]) !== JSON.stringify([theirs.status, theirs.body])) {
      wrong.push(
        `${address}\n  ${seen.status} ${seen.text.slice(0, 400)}\n  ${theirs.status} ${theirs.text.slice(0, 400)}`,
      );
    }
    // what they sent themselves may come back
    const leaks = strangers.filter((name) => seen.text.includes(name) && !address.includes(name));
    if (leaks.length > 0) wrong.push(`${address} tells of ${leaks.join(", ")}`);
  }
  return wrong;
}

const marksOf = (names: string[]) => names.flatMap((name) => [`mark-${name}-`, `u-${name}`]);

describe("every operation that reads", () => {
  it("answers a member as if there were nothing but what is theirs", async () => {
    const addresses = reads().flatMap(addressesOf);
    expect(addresses.length).toBeGreaterThan(300);
    const strangers = marksOf(["bob", "carol", "dave", "unattributed"]);
    expect(await compare(organisation.askers.member, asOwner(onlyAlices), strangers, addresses)).toEqual([]);
  });

  it("answers a key of a user that only reads in the same way", async () => {
    const addresses = reads().flatMap((operation) => addressesOf(operation).slice(0, 3));
    const strangers = marksOf(["bob", "carol", "dave", "unattributed"]);
    const key = organisation.askers["key read of a user"];
    expect(await compare(key, asOwner(onlyAlices), strangers, addresses)).toEqual([]);
  });

  it("answers a lead with what the team's members did", async () => {
    const addresses = aboutAll().flatMap((operation) => addressesOf(operation).slice(0, 6));
    const strangers = marksOf(["bob", "alice", "unattributed"]);
    expect(await compare(organisation.askers.lead, asOwner(onlyTheTeams), strangers, addresses)).toEqual([]);
  });

  it("answers a viewer, and a key that reads, as it answers an administrator", async () => {
    const { viewer, administrator } = organisation.askers;
    const addresses = aboutAll().flatMap((operation) => addressesOf(operation).slice(0, 2));
    expect(await compare(viewer, administrator, [], addresses)).toEqual([]);
    expect(await compare(organisation.askers["key read"], administrator, [], addresses)).toEqual([]);
  });
});

async function callsFor(asker: Asker, query = ""): Promise<number> {
  const answer = await asker("GET", `/api/analytics/user${query}`);
  return ((await answer.json()) as { totalMessages: number }).totalMessages;
}

it("without a user, what is about a person is about oneself", async () => {
  const { member, lead, administrator } = organisation.askers;
  expect(await callsFor(member)).toBe(24);
  expect(await callsFor(lead)).toBe(24);
  expect(await callsFor(administrator)).toBe(0);
  expect(await callsFor(administrator, "?userId=u-bob")).toBe(24);
  expect(await callsFor(member, "?userId=u-bob")).toBe(0);
  expect((await member("GET", "/api/analytics/check-limit?userId=u-bob")).status).toBe(403);
  expect((await member("GET", "/api/analytics/check-limit?userId=nobody-at-all")).status).toBe(403);
});

async function eventsFor(asker: Asker): Promise<number | null> {
  return ((await (await asker("GET", "/api/health")).json()) as { events: number | null }).events;
}

it("health tells each how many events they may see, and nobody none", async () => {
  const { member, lead, administrator, nobody } = organisation.askers;
  expect(await eventsFor(administrator)).toBe(120);
  expect(await eventsFor(member)).toBe(24);
  expect(await eventsFor(lead)).toBe(48);
  expect(await eventsFor(nobody)).toBeNull();
});

it("nobody may keep an answer for somebody else", async () => {
  const { member, administrator } = organisation.askers;
  for (const asker of [administrator, member]) {
    for (const path of ["/api/v1/query", "/api/v1/events", "/api/v1/export", "/api/v1/summary"]) {
      const answer = await asker("GET", path);
      expect(answer.headers.get("cache-control"), path).toMatch(/no-store/);
      expect(answer.headers.get("etag"), path).toBeNull();
      await answer.body?.cancel();
    }
  }
});
