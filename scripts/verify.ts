/**
 * Everything that must hold before a change is kept: the checks, the build, every test. Goes on after a failure, so
 * that one run shows all of them, and closes with one line to read: "N passed, N failed".
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ensureChromium } from "./ensure-chromium.ts";

const root = join(import.meta.dirname, "..");
const failures: string[] = [];

step("format", "npm run --silent check:format");
step("lint", "npm run --silent check:lint");
step("types", "npm run --silent check:types");
step("exports", "npm run --silent check:exports");
step("build", "npm run --silent build");
step("node versions", "node scripts/check-node-versions.ts");
const passedTests = runTests();

for (const failure of failures) console.log(`FAILED: ${failure}`);
console.log(`${passedTests} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;

function step(
  name: string,
  command: string,
  environment: Record<string, string> = {},
  { countsItself = false } = {},
): boolean {
  console.log(`\n== ${name}: ${command}`);
  const startedMs = performance.now();
  const { status } = spawnSync(command, {
    cwd: root,
    shell: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  console.log(
    `== ${name}: ${status === 0 ? "ok" : "failed"} after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`,
  );
  if (status !== 0 && !countsItself) failures.push(name);
  return status === 0;
}

/** Runs all tests and says how many passed. Each failed test is a failure of its own, beside those of the steps. */
function runTests(): number {
  let chromium = "";
  try {
    chromium = ensureChromium();
  } catch (error) {
    console.error((error as Error).message);
    failures.push("chromium");
  }
  const environment = { CHROMIUM_PATH: chromium };
  const first = vitest("tests", [], environment);
  const files = [...new Set(first.failed.map(({ file }) => file))];
  // Killing processes and timing out are part of what is tested, and machines are shared: what failed beside all the
  // others has a second chance alone. It is said which, since a test that needs it wants mending.
  const again = files.length > 0 ? vitest("tests alone", [...files, "--no-file-parallelism"], environment) : null;
  const stillFailed = again?.failed ?? [];
  const failedTwice = first.failed.filter((test) => again === null || has(again.failed, test) || !has(again.ran, test));
  const recovered = first.failed.filter((test) => !has(failedTwice, test));
  for (const { file, name } of recovered) console.log(`PASSED ONLY ALONE: ${file}: ${name}`);
  for (const { file, name } of failedTwice) failures.push(`${file}: ${name}`);
  // An error outside of any test, or no report at all.
  if (!first.ok && first.failed.length === 0) failures.push("tests");
  if (again !== null && !again.ok && stillFailed.length === 0) failures.push("tests alone");
  if (first.ok && first.passed === 0) failures.push("tests: none were run");
  return first.passed + recovered.length;
}

interface Test {
  file: string;
  name: string;
}

function has(tests: Test[], { file, name }: Test): boolean {
  return tests.some((test) => test.file === file && test.name === name);
}

interface TestRun {
  ok: boolean;
  passed: number;
  ran: Test[];
  failed: Test[];
}

function vitest(name: string, args: string[], environment: Record<string, string>): TestRun {
  const folder = mkdtempSync(join(tmpdir(), "outlay-verify-"));
  try {
    const report = join(folder, "report.json");
    const reporters = `--reporter=default --reporter=json --outputFile.json="${report}"`;
    const ok = step(name, `vitest run ${reporters} ${args.join(" ")}`, environment, { countsItself: true });
    return { ok, ...readReport(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  numPassedTests: number;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}

function readReport(path: string): Omit<TestRun, "ok"> {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return { passed: 0, ran: [], failed: [] };
  }
  const results = report.testResults.flatMap(({ name, status, assertionResults }) => {
    const file = name.replace(`${root}/`, "");
    const tests = assertionResults.map((test) => ({ file, name: test.fullName, status: test.status }));
    const isExplained = status !== "failed" || tests.some((test) => test.status === "failed");
    return isExplained ? tests : [...tests, { file, name: "did not load", status: "failed" }];
  });
  // A file that loads has no test of this name: it counts as run, so that the second chance can be seen to succeed.
  const loaded = report.testResults.map(({ name }) => ({ file: name.replace(`${root}/`, ""), name: "did not load" }));
  return {
    passed: report.numPassedTests,
    ran: [...results.filter(({ status }) => status === "passed" || status === "failed"), ...loaded],
    failed: results.filter(({ status }) => status === "failed"),
  };
}
