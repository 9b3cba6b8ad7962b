import { PassThrough, Readable, type Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { openPriceBook } from "../prices/price-book.ts";
import { runCli } from "./cli.ts";

const now = () => Date.UTC(2026, 10, 22);
const unused = () => Promise.reject(new Error("rate needs no server"));

function start(args: string[], streams: { stdin: Readable; stdout: Writable; stderr: Writable }): Promise<number> {
  return runCli(["rate", ...args], {
    version: "0.0.0",
    env: {},
    ...streams,
    now,
    resolveSettings: unused,
    connect: unused,
    startServer: unused,
    openPrices: () => openPriceBook({ storage: null, config: {}, now }),
    openImportStore: unused,
  });
}

/** Runs `outlay rate` over lines to its end, with real prices and streams of its own. */
async function rate(
  input: string | Readable,
  args: string[] = [],
): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err] = [text(stdout), text(stderr)];
  const stdin = typeof input === "string" ? Readable.from([Buffer.from(input)]) : input;
  const code = await start(args, { stdin, stdout, stderr });
  stdout.end();
  stderr.end();
  return { code, out: await out, err: await err };
}

const good = (id: string) =>
  JSON.stringify({ id, provider: "openai", model: "gpt-4o-mini", usage: { inputTokens: 500, outputTokens: 100 } });

describe("outlay rate", () => {
  it("answers each line with one, in order", async () => {
    const { code, out } = await rate(`${good("a")}\n${good("b")}\n`);
    const answers = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; costUsd: string });
    expect(code).toBe(0);
    expect(answers.map(({ id, costUsd }) => [id, costUsd])).toEqual([
      ["a", "0.000135"],
      ["b", "0.000135"],
    ]);
  });

  it("puts an error in the place of a bad line and exits with 1 at the end", async () => {
    const { code, out, err } = await rate(`${good("a")}\nnonsense\n\n{"id":"c"}\n${good("d")}`);
    const answers = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(1);
    expect(answers).toMatchObject([
      { id: "a", costUsd: "0.000135" },
      { error: { code: "invalid_json", field: "event" } },
      { id: "c", error: { code: "missing_field", field: "provider" } },
      { id: "d", costUsd: "0.000135" },
    ]);
    expect(err).toContain("2 of 4 events could not be rated: lines 2, 4");
  });

  it("counts empty lines when it names the wrong ones, and names the first ten", async () => {
    const one = await rate(`\n\n${good("a")}\nwrong\n\n`);
    expect(one.out.trimEnd().split("\n")).toHaveLength(2);
    expect(one.err).toContain("1 of 2 events could not be rated: line 4\n");
    const many = await rate("wrong\n".repeat(12));
    expect(many.err).toContain("12 of 12 events could not be rated: lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …\n");
  });

  it("reads text whose bytes come in pieces, with a byte order mark and Windows line ends", async () => {
    const bytes = Buffer.from(`\u{FEFF}${good("Grüße 🙂")}\r\n${good("b")}\r\n`);
    const { code, out } = await rate(Readable.from([...bytes].map((byte) => Buffer.from([byte]))));
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(["Grüße 🙂", "b"]);
  });

  it("reads no faster than it is read from", async () => {
    let produced = 0;
    const endless = Readable.from(
      (function* lines() {
        for (;;) yield Buffer.from(`${good(String(produced++))}\n`);
      })(),
    );
    const stdout = new PassThrough();
    const running = start([], { stdin: endless, stdout, stderr: new PassThrough() });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(produced).toBeLessThan(1_000);
    stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    expect(await running).toBe(0);
  });

  it("says what is wrong with the file", async () => {
    expect(await rate("", ["/nowhere/events.jsonl"])).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("does not exist"),
    });
    expect(await rate("", ["/"])).toMatchObject({ code: 1, err: expect.stringContaining("is a directory") });
  });
});
