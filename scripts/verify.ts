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

function step(name: string, command: string, environment: Record<string, string> = {}): boolean {
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
  if (status !== 0) failures.push(name);
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
  const folder = mkdtempSync(join(tmpdir(), "outlay-verify-"));
  try {
    const report = join(folder, "report.json");
    const ok = step("tests", `vitest run --reporter=default --reporter=json --outputFile.json="${report}"`, {
      CHROMIUM_PATH: chromium,
    });
    const { passed, failed } = readReport(report);
    // An error outside of any test, or no report at all, leaves the step itself as the failure.
    if (!ok && failed.length > 0) failures.splice(failures.indexOf("tests"), 1, ...failed);
    if (ok && passed === 0) failures.push("tests: none were run");
    return passed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface VitestReport {
  numPassedTests: number;
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[];
}

function readReport(path: string): { passed: number; failed: string[] } {
  let report: VitestReport;
  try {
    report = JSON.parse(readFileSync(path, "utf8")) as VitestReport;
  } catch {
    return { passed: 0, failed: [] };
  }
  const failed = report.testResults.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === "failed").map((test) => test.fullName);
    const names = tests.length > 0 || file.status !== "failed" ? tests : ["did not load"];
    return names.map((name) => `${file.name.replace(`${root}/`, "")}: ${name}`);
  });
  return { passed: report.numPassedTests, failed };
}
