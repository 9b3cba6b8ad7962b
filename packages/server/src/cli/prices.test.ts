import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

/** The command line as a person runs it, one command after the other over one data folder. */

const main = join(import.meta.dirname, "../main.ts");
const folder = mkdtempSync(join(tmpdir(), "outlay-cli-prices-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(command: string, input = ""): Promise<{ code: number | null; out: string; err: string }> {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const env = { ...inherited, HOME: folder, OUTLAY_REFRESH_PRICES: "off", OUTLAY_TIMEZONE: "UTC", NO_COLOR: "1" };
  const args = ["--conditions=source", main, ...command.split(" "), "--data", join(folder, "data")];
  const child = spawn(process.execPath, args, { env, stdio: "pipe" });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

describe("outlay prices", { timeout: 120_000 }, () => {
  it("explains a price in words and asks for tokens", async () => {
    const { code, out } = await run("prices test anthropic claude-sonnet-4-5");
    expect(code).toBe(0);
    expect(out).toContain("Priced as anthropic/claude-sonnet-4-5\n");
    expect(out).toMatch(/^ {2}prompt above 200,000 tokens: input 6/m);
    expect(out).toMatch(/^ {2}batch tier: × 0.5$/m);
    expect(out).toContain("--input 12000 --output 800");
    expect(out).not.toContain("{");
  });

  it("says what a call would cost", async () => {
    const { out } = await run("prices test openai gpt-5.5 --input 1000 --output 100 --tier batch");
    expect(out).toMatch(/^Input tokens +1,000 +2\.5 +1,000,000 tokens +0\.0025$/m);
    expect(out).toMatch(/^all +0\.004$/m);
  });

  it("shows where there is a price when there is none", async () => {
    const elsewhere = await run("prices show opnai gpt-5.5");
    expect(elsewhere.out).toContain('No price: opnai has no price for "gpt-5.5"');
    expect(elsewhere.out).toMatch(/There is a price for .*openai\/gpt-5\.5/);
    const misspelt = await run("prices test anthropic claude-sonet-4-5");
    expect(misspelt.out).toContain("There is a price for anthropic/claude-sonnet-4-5.");
    expect(misspelt.out).toContain("outlay prices set anthropic claude-sonet-4-5 --input <usd> --output <usd>");
  });

  it("lists unpriced models, sets a price, and takes it away by its start", async () => {
    const event = { id: "a", provider: "acme", model: "foo", occurredAt: "2026-02-01T00:00:00Z" };
    await run("events add", JSON.stringify({ ...event, usage: { inputTokens: 1_000_000 } }));
    expect((await run("prices unpriced")).out).toMatch(/^acme +foo +1 +1\.00M +acme has no price for "foo"$/m);

    const set = await run("prices set acme foo --input $1 --output .5 --from 2026-01-01");
    expect(set).toMatchObject({ code: 0, err: "" });
    expect(set.out).toContain("acme/foo from 2026-01-01: input 1, output 0.5\n");
    expect((await run("prices unpriced")).out).toBe("Every call has a price.\n");
    expect((await run("prices show acme foo")).out).toMatch(/^from 2026-01-01 {2}\[override\]$/m);

    const without = await run("prices remove acme foo");
    expect(without.code).toBe(1);
    expect(without.err).toContain("there is one from 2026-01-01T00:00:00.000Z");
    expect((await run("prices remove acme foo --from 2026-01-01")).code).toBe(0);
  });

  it.each([
    ["prices set acme foo --input abc", 2, "It must be dollars, for example 2.5"],
    ["prices set acme foo --input -1", 2, "It must be dollars"],
    ["prices set acme foo --rate inputs=1", 2, '"inputs" is no meter'],
    ["prices set acme foo --rate searches=x", 2, "It must be dollars"],
    ["prices set acme foo", 2, "Give at least one price"],
    ["prices set acme foo --input 1 --from yesterday", 1, 'from is "yesterday": expected a date such as 2026-11-01'],
  ])("says what is wrong: outlay %s", async (command, code, said) => {
    const answer = await run(command);
    expect(answer.err).toContain(said);
    expect(answer.code).toBe(code);
  });
});
