import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { root } from "../source-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const TSC = join(root, "node_modules/typescript/bin/tsc");

/** A project that has installed what `npm publish` would send, and nothing else. */
function installed(): { folder: string; run: (...args: string[]) => string } {
  const folder = temporaryFolder();
  const at = { cwd: join(root, "packages/sdk"), encoding: "utf8" as const };
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], at);
  execFileSync("tar", ["xzf", "outlay-sdk-0.1.0.tgz"], { cwd: folder });
  mkdirSync(join(folder, "node_modules/@outlay"), { recursive: true });
  renameSync(join(folder, "package"), join(folder, "node_modules/@outlay/sdk"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return {
    folder,
    run: (...args) => {
      try {
        return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string };
        return `failed: ${stdout}${stderr}`;
      }
    },
  };
}

const USE = `
import { Outlay, type Counters, type TrackedCall, type Tracker, type Warning } from "@outlay/sdk";

const warnings: Warning[] = [];
const outlay = new Outlay({ url: "http://127.0.0.1:9", user: "ann", onWarning: (warning) => warnings.push(warning) });
const call: TrackedCall = { provider: "openai", model: "gpt-5", usage: { inputTokens: 1 }, tags: { story: "st-9" } };
const id: string = outlay.track(call);
const tracker: Tracker = outlay.bound({ session: id });
export const answer: Promise<{ text: string }> = outlay.callAI(call, async (running) => {
  running.add({ usage: { outputTokens: 2 } });
  return { text: tracker.track({ model: "gpt-5" }) };
});
export const counters: Counters = outlay.counters();
// @ts-expect-error A field with a typing error is found before the server finds it.
outlay.track({ model: "gpt-5", inputTokens: 12 });
`;
const USE_NODE = `
${USE}
export const inside: number = outlay.with({ user: "bob" }, () => 1);
new Outlay({ spool: false });
`;

it("brings types that need no other package", { timeout: 300_000 }, () => {
  const { folder, run } = installed();
  const names = Object.keys(
    (JSON.parse(readFileSync(join(folder, "node_modules/@outlay/sdk/package.json"), "utf8")) as { exports: object })
      .exports,
  );
  writeFileSync(join(folder, "node.ts"), USE_NODE);
  writeFileSync(
    join(folder, "page.ts"),
    `${USE}\n// @ts-expect-error Pages cannot follow context.\noutlay.with({}, () => 1);\n`,
  );
  const check = (...args: string[]) =>
    run(
      TSC,
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "es2022",
      "--types",
      "",
      "--skipLibCheck",
      "false",
      ...args,
    );
  expect(names).toContain(".");
  expect(check("--lib", "es2023,dom", "--module", "nodenext", "node.ts")).toBe("");
  const bundler = ["--module", "preserve", "--moduleResolution", "bundler", "--lib", "es2023,dom"];
  expect(check(...bundler, "--customConditions", "node", "node.ts")).toBe("");
  expect(check(...bundler, "--customConditions", "browser", "page.ts")).toBe("");
});

it("leads each place to its own build", () => {
  const { folder, run } = installed();
  const script =
    "console.log(import.meta.resolve('@outlay/sdk').split('/').at(-1), typeof (await import('@outlay/sdk')).Outlay)";
  writeFileSync(join(folder, "where.js"), script);
  const builds = ["node", "workerd", "edge-light", "browser"].map((condition) =>
    run("--conditions", condition, "where.js").trim(),
  );
  expect(builds).toEqual(["node.js function", "edge.js function", "edge.js function", "browser.js function"]);
});

it("loses nothing at the end of a process that uses it as installed", () => {
  const { folder, run } = installed();
  const spool = join(folder, "spool");
  writeFileSync(
    join(folder, "app.js"),
    `import { Outlay } from "@outlay/sdk";
     new Outlay({ url: "http://127.0.0.1:9", spool: ${JSON.stringify(spool)}, onWarning() {} }).track({ model: "gpt-5" });
     process.exit();`,
  );
  expect(run("app.js")).toBe("");
  expect(existsSync(spool)).toBe(true);
});
