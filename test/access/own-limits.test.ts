import { afterAll, beforeAll, expect, it } from "vitest";

import { addressesOf } from "./addresses-of.ts";
import { openOrganisation, operationsOf, record, type Operation, type Organisation } from "./organisation.ts";

// Limits and alerts tell of spending too: those of others are not there for members.

let organisation: Organisation;
let operations: Operation[];
/** Ids of limits, by whose they are. */
let ofBob: string[];
let ofAlice: string;

beforeAll(async () => {
  organisation = await openOrganisation();
  const { outlay, askers } = organisation;
  operations = await operationsOf(outlay);
  await record(askers.administrator, ["alice", "bob", "unattributed"]);
  const make = async (wanted: object) => {
    const answer = await askers.administrator("POST", "/api/v1/limits", {
      amountUsd: 0.000001,
      period: "month",
      ...wanted,
    });
    const body = (await answer.json()) as { id?: string; limit?: { id: string } };
    if (!answer.ok) throw new Error(JSON.stringify(body));
    return body.id ?? body.limit!.id;
  };
  ofBob = [
    await make({ name: "mark-bob-limit", filters: ["user:u-bob"] }),
    await make({ name: "mark-bob-project-limit", filters: ["project:mark-bob-project"] }),
    await make({ name: "mark-bob-budget", kind: "budget", filters: ["user:u-bob", "model:gpt-4o"] }),
  ];
  ofAlice = await make({ name: "alice's", filters: ["user:u-alice"] });
  await make({ name: "each", each: "user" });
});
afterAll(() => organisation.outlay.close());

it("no operation tells a member of others' limits, nor of what others spent of shared ones", async () => {
  const { member } = organisation.askers;
  const reads = operations.filter(
    ({ method, access }) => method === "GET" && (access === "read" || access === "gateway"),
  );
  const limitReads = reads.filter(({ path }) => /\/(limits|budgets)\/\{id\}/.test(path));
  expect(limitReads.length).toBeGreaterThan(1);
  const shown: string[] = [];
  for (const address of reads.filter(({ path }) => !path.endsWith("stream")).flatMap(addressesOf)) {
    const text = await (await member("GET", address)).text();
    if (/mark-bob|u-bob|mark-unattributed/.test(text.replaceAll(/"detail":"[^"]*"/g, "")) && !/bob/.test(address)) {
      shown.push(`${address}: ${/.{60}(mark-bob|u-bob|mark-unattributed).{60}/.exec(text)?.[0]}`);
    }
  }
  for (const { path } of limitReads) {
    for (const id of ofBob) {
      const address = path.replace("{id}", id).replaceAll(/\{.+?\}/g, "x");
      const answer = await member("GET", address);
      if (answer.status !== 404) shown.push(`${path} of a limit of Bob's: ${answer.status} ${await answer.text()}`);
    }
  }
  expect(shown).toEqual([]);
});

it("their own are there", async () => {
  const { member, administrator } = organisation.askers;
  const namesFor = async (asker: typeof member) => {
    const { limits } = (await (await asker("GET", "/api/v1/limits")).json()) as {
      limits: { id: string; name: string }[];
    };
    return limits;
  };
  const seen = await namesFor(member);
  expect(seen.map(({ id }) => id)).toContain(ofAlice);
  expect(seen.map(({ name }) => name)).toContain("each");
  const all = (await namesFor(administrator)).map(({ id }) => id);
  expect(all).toEqual(expect.arrayContaining([ofAlice, ofBob[0]]));
});
