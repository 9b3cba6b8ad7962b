import { expect, it, vi } from "vitest";
import type { RecordedCharge, RecordedEvent } from "../storage/storage.ts";
import { countChanges } from "./count-changes.ts";

it("counts whatever moves sums, and hands all of it on", () => {
  const watch = {
    added: vi.fn(),
    addedCharges: vi.fn(),
    wantsRevisions: vi.fn(() => true),
    revised: vi.fn(),
    moved: vi.fn(),
  };
  const { count, watch: counted } = countChanges(watch);
  expect(Object.keys(counted).toSorted()).toEqual(Object.keys(watch).toSorted());
  const [events, charges] = [[{ id: "a" } as RecordedEvent], [{ id: "b" } as RecordedCharge]];
  const revisions = [{ before: events[0]!, after: null, seq: null }];

  counted.added(events, [7]);
  counted.addedCharges(charges);
  counted.revised!(revisions);
  counted.moved();
  expect(count()).toBe(4);
  expect(counted.wantsRevisions!()).toBe(true);
  expect(count()).toBe(4);
  expect(watch.added).toHaveBeenCalledWith(events, [7]);
  expect(watch.addedCharges).toHaveBeenCalledWith(charges);
  expect(watch.revised).toHaveBeenCalledWith(revisions);
  expect(watch.moved).toHaveBeenCalledTimes(1);
});

it("wants no revisions for a watch that does not", () => {
  const { watch } = countChanges({ added() {}, addedCharges() {}, moved() {} });
  expect(watch.wantsRevisions!()).toBe(false);
});
