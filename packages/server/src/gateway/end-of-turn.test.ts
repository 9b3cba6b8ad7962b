import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { afterAnswers, endAnswer } from "./end-of-turn.ts";

/** Two requests that wait for their answers, and what their clients will get. */
async function twoRequests() {
  const waiting: ServerResponse[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer((_, outgoing) => {
    if (waiting.push(outgoing) === 2) resolve();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answers = ["first", "second"].map(async (name) => {
    const answer = await fetch(url, { headers: { name } });
    return Buffer.from(await answer.arrayBuffer());
  });
  await promise;
  waiting.sort((a, b) => (String(a.req.headers["name"]) < String(b.req.headers["name"]) ? -1 : 1));
  return { waiting: waiting as [ServerResponse, ServerResponse], answers };
}

it("answers go out together at the end of the turn, before what no client waits for", async () => {
  const { waiting, answers } = await twoRequests();
  const [first, second] = waiting;
  const ended: boolean[][] = [];
  const note = () => ended.push([first.writableEnded, second.writableEnded]);
  const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const large = Buffer.alloc(100_000, every);
  endAnswer(first, every);
  const { promise, resolve } = Promise.withResolvers<void>();
  afterAnswers(() => {
    note();
    resolve();
  });
  endAnswer(second, large);
  note();
  await Promise.resolve();
  note();
  await promise;
  expect(ended).toEqual([
    [false, false],
    [false, false],
    [true, true],
  ]);
  expect(await Promise.all(answers)).toEqual([every, large]);
});

it("what is begun at the end of a turn waits for the next one", async () => {
  const done: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  afterAnswers(() => {
    afterAnswers(() => {
      done.push("next");
      resolve();
    });
    done.push("this");
  });
  await promise;
  expect(done).toEqual(["this", "next"]);
});
