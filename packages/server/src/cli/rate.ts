import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { InvalidInput } from "@outlay/core";
import type { Command } from "commander";
import { rateWireEvent, type RatedEvent, type RefusedEvent } from "../prices/rate-events.ts";
import type { PriceBook } from "../prices/price-book.ts";
import type { CliContext } from "./context.ts";
import { CommandFailed } from "./problem.ts";

/** `outlay rate [file]`: prices usage lines and stores nothing. */
export function addRateCommand(program: Command, context: CliContext): void {
  program
    .command("rate")
    .description("price events from a file or standard input, without recording them")
    .argument("[file]", "JSON lines, one event each; - or nothing: standard input")
    .addHelpText(
      "after",
      `
One JSON line comes out for each line in, in order. A line that cannot be rated gives
{"id", "error": {code, field, message}} in its place, and the exit code is 1 at the end.

Examples:
  outlay rate events.jsonl
  echo '{"provider":"openai","model":"gpt-5","usage":{"inputTokens":1000,"outputTokens":500}}' | outlay rate`,
    )
    .action((file: string | undefined) => rate(context, file));
}

async function rate(context: CliContext, file: string | undefined): Promise<void> {
  const prices = await context.openPrices();
  const input = file === undefined || file === "-" ? context.stdin : await openFile(file);
  if ("isTTY" in input && input.isTTY === true) context.note("Type or paste events, one a line; Ctrl-D ends");
  let lines = 0;
  let number = 0;
  let refused = 0;
  const first: number[] = [];
  for await (const line of readLines(input)) {
    number += 1;
    if (line.trim() === "") continue;
    const answer = rateLine(prices, line, context.now());
    lines += 1;
    if ("error" in answer) {
      refused += 1;
      if (first.length < MOST_NAMED) first.push(number);
    }
    await context.write(`${JSON.stringify(answer)}\n`);
  }
  if (refused === 0) return;
  const where = `${first.length === 1 ? "line" : "lines"} ${first.join(", ")}${refused > first.length ? ", …" : ""}`;
  context.note(`${refused} of ${lines} events could not be rated: ${where}`);
  throw new CommandFailed();
}

const MOST_NAMED = 10;

async function openFile(path: string): Promise<Readable> {
  if ((await stat(path)).isDirectory()) throw new InvalidInput("file_not_usable", `${path} is a directory`);
  return createReadStream(path);
}

/** Lines as they come, without a byte order mark. */
async function* readLines(input: Readable): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  // unlike `readline`, iterating over the stream itself passes its errors on, and reads no faster than we rate
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const lines = (rest + (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }))).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  rest += decoder.decode();
  yield rest;
}

function rateLine(prices: PriceBook, line: string, nowMs: number): RatedEvent | RefusedEvent {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { error: { code: "invalid_json", field: "event", message: `the line is not JSON: ${reason}` } };
  }
  return rateWireEvent(prices, event, nowMs);
}
