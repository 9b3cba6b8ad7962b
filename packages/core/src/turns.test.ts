import { expect, it } from "vitest";
import { Turns } from "./turns.ts";

it("does one piece of work after the other, also after one that failed", async () => {
  const turns = new Turns();
  const done: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      done.push(`${name} begins`);
      await Promise.resolve();
      done.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const all = Promise.allSettled([turns.take(work("a")), turns.take(work("b", true)), turns.take(work("c"))]);
  await turns.ended();
  expect(done).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  await turns.ended();
});
