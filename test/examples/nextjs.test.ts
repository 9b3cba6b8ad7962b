import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launchChromium } from "../browser/chromium.ts";
import { type RunningMock, startMock } from "../providers/start-mock-provider.ts";

const root = join(import.meta.dirname, "../..");
const PASSWORD = "open sesame";
const credentials = { authorization: `Basic ${Buffer.from(`anybody:${PASSWORD}`).toString("base64")}` };

const folder = mkdtempSync(join(tmpdir(), "outlay-nextjs-"));
let application: { url: string; stop(): Promise<void>; output(): string };
let mock: RunningMock;
let browser: Browser;

beforeAll(async () => {
  const example = installExample();
  execFileSync(process.execPath, [join(example, "node_modules/next/dist/bin/next"), "build"], {
    cwd: example,
    env: { ...process.env, OPENAI_API_KEY: "test", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: "pipe",
  });
  mock = await startMock();
  [application, browser] = await Promise.all([startExample(example), launchChromium()]);
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await application?.stop();
  await mock?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The packages as they would be published, installed as a user would. */
function installExample(): string {
  const packages = join(folder, "packages");
  mkdirSync(packages);
  for (const name of ["server", "sdk", "react"]) {
    npm(["pack", "--pack-destination", packages], join(root, "packages", name));
  }
  const example = join(folder, "example");
  cpSync(join(root, "examples/nextjs"), example, {
    recursive: true,
    filter: (path) => !/node_modules|\.next$/.test(path),
  });
  const description = JSON.parse(readFileSync(join(example, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const archive of readdirSync(packages)) {
    const name = /^outlay-(\w+)-/.exec(archive)![1]!;
    description.dependencies[`@outlay/${name}`] = `file:${join(packages, archive)}`;
  }
  writeFileSync(join(example, "package.json"), JSON.stringify(description));
  npm(["install", "--no-audit", "--no-fund"], example);
  return example;
}

function npm(args: string[], cwd: string): void {
  execFileSync("npm", args, { cwd, stdio: "pipe", shell: process.platform === "win32" });
}

async function startExample(example: string): Promise<typeof application> {
  const port = await freePort();
  const child: ChildProcess = spawn(
    process.execPath,
    [join(example, "node_modules/next/dist/bin/next"), "start", "--port", String(port)],
    {
      cwd: example,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        NEXT_TELEMETRY_DISABLED: "1",
        OPENAI_API_KEY: "test",
        OPENAI_BASE_URL: `${mock.url}/openai/v1`,
        OUTLAY_DATA: join(folder, "data"),
        OUTLAY_PASSWORD: PASSWORD,
        OUTLAY_REFRESH_PRICES: "off",
      },
    },
  );
  const killIt = () => void child.kill("SIGKILL");
  process.once("exit", killIt);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream!.on("data", (bytes) => (output += String(bytes)));
  const url = `http://localhost:${port}`;
  while (
    child.exitCode === null &&
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  )
    await sleep(100);
  if (child.exitCode !== null) throw new Error(`next start ended: ${output}`);
  return {
    url,
    output: () => output,
    async stop() {
      process.off("exit", killIt);
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function costs<T>(path: string): Promise<T> {
  const answer = await fetch(`${application.url}/outlay${path}`, { headers: credentials });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as T;
}

test("the example records what its own chat costs", async () => {
  const answer = await fetch(`${application.url}/api/chat`, {
    method: "POST",
    body: JSON.stringify({ message: "What does an answer cost?", user: "u-7" }),
  });
  expect((await answer.text()).length).toBeGreaterThan(10);
  type Listed = { events: { user: string; activity: string; model: string; costUsd: number | null }[] };
  let events: Listed["events"] = [];
  while (events.length === 0) ({ events } = await costs<Listed>("/api/v1/events"));
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ user: "u-7", activity: "chat.answer", project: "example" });
  expect(events[0]!.costUsd).toBeGreaterThan(0);
});

test("costs are shown to nobody without the password", async () => {
  for (const path of ["", "/api/v1/events", "/assets/none.js"]) {
    expect((await fetch(`${application.url}/outlay${path}`)).status).toBe(401);
  }
});

test("the dashboard works below its path", async () => {
  const context = await browser.newContext({ httpCredentials: { username: "anybody", password: PASSWORD } });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("response", (answer) => {
    if (answer.status() >= 400 && answer.status() !== 401) problems.push(`${answer.status()} ${answer.url()}`);
  });
  await page.goto(`${application.url}/outlay`);
  await page.getByText("gpt-4.1-mini").first().waitFor();
  await page.getByRole("button", { name: "7 days" }).click();
  await page.waitForURL(/\/outlay\/?\?period=7d$/);
  await page.reload();
  await page.getByText("gpt-4.1-mini").first().waitFor();

  // Signed in now, the chat's own page shows the cost of its answer.
  await page.goto(application.url);
  await page.getByLabel("Message").fill("And this one?");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("The last answer").waitFor();
  expect(problems).toEqual([]);
  await context.close();
});
