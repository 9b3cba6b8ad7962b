import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

import { get, postJson, verifyRollups } from "../api.ts";
import { startMock, type RunningMock } from "../providers/start-mock-provider.ts";
import { someEvents } from "../some-events.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let mock: RunningMock;
beforeAll(async () => {
  mock = await startMock();
});
afterAll(() => mock.stop());

const question = { model: "gpt-5", messages: [{ role: "user", content: "Hi" }] };

function ask(url: string, body: object = question, words = ""): Promise<Response> {
  return fetch(`${url}/gateway/openai/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-mock": words },
    body: JSON.stringify(body),
  });
}

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

/** A disk of a few megabytes where mounting is allowed, otherwise a limit on the size of each file. */
function smallDisk(): { dataDir: string; prefix?: string[] } {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  if (run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder)) {
    onTestFinished(() => void run("umount", "-l", folder));
    return { dataDir: folder };
  }
  return { dataDir: folder, prefix: ["bash", "-c", 'trap "" XFSZ; ulimit -f 4096; exec "$0" "$@"'] };
}

it("a gateway that cannot record still forwards, and says how many calls it did not record", async () => {
  const server = await startServer({ ...smallDisk(), args: ["--mock-providers", mock.url] });
  let isFull = false;
  for (let i = 0; i < 500 && !isFull; i += 1) {
    isFull = !(await postJson(`${server.url}/api/v1/events`, { events: someEvents(`fill-${i}`, 1_000) })).ok;
  }
  expect(isFull).toBe(true);
  for (let calls = 1; calls <= 30; calls += 1) {
    const answer = await ask(server.url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-outlay-event-id")).not.toBeNull();
    expect(await answer.json()).toMatchObject({ object: "chat.completion" });
  }
  const unrecorded = async () => (await get<{ unrecorded: number }>(server.url, "/api/health")).unrecorded;
  while ((await unrecorded()) === 0) await ask(server.url);
  expect(await unrecorded()).toBeGreaterThan(0);
  expect(server.output()).toContain("gateway recording");
  expect(server.output().match(/gateway recording/g)!.length).toBeLessThan(4);
  await server.kill();
});

it("a server that is stopped records the calls it has cut off; one that is killed starts again", async () => {
  const dataDir = temporaryFolder();
  const args = ["--mock-providers", mock.url];
  const first = await startServer({ dataDir, args });
  const stream = { ...question, stream: true };
  const whole = await ask(first.url);
  await whole.text();
  const cut = await ask(first.url, stream, "tokens=5000; chunk-delay=20");
  const reader = cut.body!.getReader();
  await reader.read();
  expect(await first.stop()).toBe(0);
  await reader.cancel().catch(() => {});

  const second = await startServer({ dataDir, args });
  const id = cut.headers.get("x-outlay-event-id")!;
  expect(await get(second.url, `/api/v1/events/${id}`)).toMatchObject({ success: false, errorType: "aborted" });
  expect(await get(second.url, `/api/v1/events/${whole.headers.get("x-outlay-event-id")}`)).toMatchObject({
    success: true,
  });
  const running = await ask(second.url, stream, "endless");
  await running.body!.getReader().read();
  await second.kill();

  const third = await startServer({ dataDir, args });
  expect(await verifyRollups(third.url)).toMatchObject({ different: 0 });
  expect((await ask(third.url)).status).toBe(200);
  await third.stop();
});
