import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LeaseJournal, type JournalLease } from "./lease-journal.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-journal-"));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const aLease = (id: string): JournalLease => ({
  id,
  eventId: `event of ${id}`,
  expiresAtMs: 1_000,
  whenStreamRunsOut: "end",
  parts: [{ limitId: "l", value: "ünïcødé \n", nanoUsd: 5, fixed: false }],
});

function openJournal(open: JournalLease[] = []): LeaseJournal {
  return new LeaseJournal({ dataDir, now: () => 0, open: () => open, logFailure: fail });
}

function fail(error: unknown): never {
  throw error;
}

it("gives back what was open, as it was last, also when the last line is torn", () => {
  const open: JournalLease[] = [];
  const journal = openJournal(open);
  expect(journal.read()).toEqual([]);
  for (const id of ["a", "b", "c"]) {
    open.push(aLease(id));
    journal.put(open.at(-1)!);
  }
  const raised = { ...aLease("b"), parts: [{ ...aLease("b").parts[0]!, nanoUsd: 9 }] };
  journal.put(raised);
  journal.renew("c", 2_000);
  journal.end("a");
  journal.flush();
  appendFileSync(join(dataDir, "leases.journal"), '{"id":"d","eventId":"eve');
  expect(openJournal().read()).toEqual([raised, { ...aLease("c"), expiresAtMs: 2_000 }]);
  journal.close();
});

it("does not grow for ever", () => {
  const open: JournalLease[] = [aLease("stays")];
  const journal = openJournal(open);
  for (let call = 0; call < 30_000; call++) {
    const lease = aLease(String(call));
    open.push(lease);
    journal.put(lease);
    open.pop();
    journal.end(lease.id);
  }
  journal.close();
  expect(statSync(join(dataDir, "leases.journal")).size).toBeLessThan(2_000_000);
  expect(openJournal().read()).toEqual([aLease("stays")]);
  expect(readFileSync(join(dataDir, "leases.journal"), "utf8")).not.toBe("");
});
