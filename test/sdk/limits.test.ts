import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

import {
  LimitExceeded,
  LimitsUnreachable,
  Outlay,
  type NodeOptions,
  type Warning,
} from "../../packages/sdk/src/node/index.ts";
import { get, postJson } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

/** Applications that call their providers themselves, held to limits by a real server. */

let server: RunningServer;
let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "outlay-sdk-limits-"));
  server = await startServer({ dataDir });
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function client(options: NodeOptions = {}) {
  const warnings: Warning[] = [];
  const outlay = new Outlay({
    url: server.url,
    spool: false,
    watchProcessEnd: false,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  onTestFinished(async () => void (await outlay.close(1_000)));
  return { outlay, warnings };
}

async function makeLimit(wanted: object): Promise<string> {
  const answer = await postJson(`${server.url}/api/v1/limits`, { name: "sdk", amountUsd: 1, period: "day", ...wanted });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { id: string }).id;
}

interface State {
  value: string | null;
  spentUsd: number;
  leasedUsd: number;
}
const statesOf = async (id: string) =>
  (await get<{ states: State[] }>(server.url, `/api/v1/limits/${id}/states`)).states;

const call = { provider: "openai", model: "gpt-5" };
const tenCents = { mostUsd: 0.1 };

it("lets through exactly as many calls at once as there is room for; then what counts is what they cost", async () => {
  const id = await makeLimit({ filters: ["project:burst"], enforcement: { strict: true } });
  const { outlay, warnings } = client({ project: "burst" });
  let running = 0;
  let decided = 0;
  const allDecided = Promise.withResolvers<void>();
  const decide = () => void (++decided === 60 && allDecided.resolve());
  const calls = Array.from({ length: 60 }, () => {
    const answer = outlay.callAI(
      call,
      async (own) => {
        running += 1;
        decide();
        // All that are let through run at once: until the last of the sixty knows.
        await allDecided.promise;
        own.add({ reportedCostUsd: 0.1 });
      },
      tenCents,
    );
    answer.catch(decide);
    return answer;
  });
  const results = await Promise.allSettled(calls);
  const refused = results.filter((result) => result.status === "rejected");
  expect(running).toBe(10);
  expect(results.length - refused.length).toBe(10);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(LimitExceeded);
  const [first] = refused as [PromiseRejectedResult];
  expect(first.reason).toMatchObject({
    limit: { id, name: "sdk" },
    scope: "project burst, a day",
    amountUsd: 1,
    wantedUsd: 0.1,
  });
  expect(await outlay.flush()).toBe("sent");
  expect(await statesOf(id)).toMatchObject([{ spentUsd: 1, leasedUsd: 0 }]);
  expect(warnings).toEqual([]);
});

it("asks for whoever the call is for, and lets go of what failed", async () => {
  const id = await makeLimit({ filters: ["project:failing"], each: "user" });
  const { outlay } = client({ project: "failing" });
  await outlay.with({ user: "ann" }, async (tracker) => {
    const failing = outlay.callAI(call, () => Promise.reject(new Error("no connection")), tenCents);
    await expect(failing).rejects.toThrow("no connection");
    await outlay.callAI(call, (own) => own.add({ reportedCostUsd: 0.04 }), tenCents);
    const lease = await tracker.lease!({ ...call, id: "held" }, tenCents);
    expect(lease).toMatchObject({ id: "held", leasedUsd: 0.1 });
  });
  expect(await outlay.flush()).toBe("sent");
  await expect.poll(() => statesOf(id)).toMatchObject([{ value: "ann", spentUsd: 0.04, leasedUsd: 0.1 }]);
  outlay.track({ ...call, id: "held", user: "ann", reportedCostUsd: 0.05 });
  expect(await outlay.flush()).toBe("sent");
  expect(await statesOf(id)).toMatchObject([{ value: "ann", spentUsd: 0.09, leasedUsd: 0 }]);
});

it("goes to the cheaper model from where the limit says so, and is recorded as that", async () => {
  const id = await makeLimit({
    filters: ["project:swapped"],
    enforcement: { swap: { fromPercent: 50, models: { "gpt-5": "gpt-5-mini" } } },
  });
  const { outlay } = client({ project: "swapped" });
  const models: string[] = [];
  const ask = () =>
    outlay.callAI(
      call,
      (own) => {
        models.push(own.model);
        own.add({ reportedCostUsd: 0.6 });
      },
      tenCents,
    );
  await ask();
  await outlay.flush();
  await ask();
  await outlay.flush();
  expect(models).toEqual(["gpt-5", "gpt-5-mini"]);
  expect(await statesOf(id)).toMatchObject([{ spentUsd: 1.2, leasedUsd: 0 }]);
});

it("breaks no call when nobody answers, unless that is wanted", async () => {
  const { outlay, warnings } = client({ url: "http://127.0.0.1:9" });
  expect(await outlay.callAI(call, () => 42, tenCents)).toBe(42);
  expect(warnings.map(({ code }) => code)).toContain("limits_unreachable");
  await expect(outlay.callAI(call, () => 42, { failClosed: true })).rejects.toBeInstanceOf(LimitsUnreachable);
});

it("keeps a program running that has nothing else to wait for than the server's word", async () => {
  const sdk = new URL("../../packages/sdk/src/node/index.ts", import.meta.url).href;
  const program = `
    import { Outlay } from ${JSON.stringify(sdk)};
    const outlay = new Outlay({ url: ${JSON.stringify(server.url)}, spool: false });
    console.log(await outlay.callAI({ provider: "openai", model: "gpt-5" }, (call) => call.model, {}));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=source",
    "--input-type=module",
    "--eval",
    program,
  ]);
  expect(stdout).toBe("gpt-5\n");
});
