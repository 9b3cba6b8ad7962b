import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import { openPeople, type StoredPerson } from "./people.ts";
import type { Role } from "./principal.ts";

async function open() {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-people-"));
  const storage = await openSqliteStorage({ dataDir });
  onTestFinished(async () => {
    await storage.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return storage;
}

const person = (id: string, role: Role = "member"): StoredPerson => ({
  id,
  name: id,
  email: `${id}@example.com`,
  role,
  user: id,
  disabled: false,
  createdAtMs: 0,
  lastSignInAtMs: null,
});

it("leads see the users of their teams' members, whatever becomes of them", async () => {
  const people = await openPeople(await open());
  for (const id of ["ada", "bob", "cleo", "dan"])
    await people.add(person(id, id === "ada" ? "administrator" : "member"));
  const lead = { personId: "bob", lead: true };
  const one = await people.addTeam({ name: "One", members: [lead, { personId: "cleo", lead: false }] }, 0);
  await people.addTeam({ name: "Two", members: [lead, { personId: "dan", lead: false }] }, 0);
  expect(people.person("bob")?.leadsUsers).toEqual(["bob", "cleo", "dan"]);
  expect(people.person("cleo")?.leadsUsers).toEqual([]);
  await people.change("dan", { user: "daniel" });
  expect(people.person("bob")?.leadsUsers).toEqual(["bob", "cleo", "daniel"]);
  await people.removeTeam(one.id);
  expect(people.person("bob")?.leadsUsers).toEqual(["bob", "daniel"]);
  await people.remove("dan");
  expect(people.person("bob")?.leadsUsers).toEqual(["bob"]);
});

it("somebody can sign in as an administrator for as long as there are people, whatever is tried at the same time", async () => {
  const storage = await open();
  let run = 0;
  const ids = ["a", "b", "c"];
  const deed = fc.record({
    id: fc.constantFrom(...ids),
    kind: fc.constantFrom("remove", "disable", "enable", "demote", "promote"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 20 }), async (deeds) => {
      const people = await openPeople(storage);
      for (const { id } of people.list()) await storage.deleteRecords("people", [id]);
      const fresh = await openPeople(storage);
      const own = (id: string) => `${run}-${id}`;
      run++;
      for (const [index, id] of ids.entries())
        await fresh.add(person(own(id), index === 0 ? "administrator" : "member"));
      const act = { disable: { disabled: true }, enable: { disabled: false } } as const;
      const roles = { demote: { role: "viewer" }, promote: { role: "administrator" } } as const;
      await Promise.all(
        deeds.map(async ({ id, kind }) => {
          const done = kind === "remove" ? fresh.remove(own(id)) : fresh.change(own(id), { ...act, ...roles }[kind]);
          await done.catch((error: unknown) => {
            if (!(error instanceof InvalidInput)) throw error;
          });
        }),
      );
      for (const directory of [fresh, await openPeople(storage)]) {
        const able = directory.list().filter(({ role, disabled }) => role === "administrator" && !disabled);
        expect(able.length).toBeGreaterThan(0);
        for (const { id, disabled } of directory.list()) expect(directory.person(id) === null).toBe(disabled);
      }
    }),
    { numRuns: 40 },
  );
});
