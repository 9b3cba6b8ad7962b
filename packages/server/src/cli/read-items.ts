import type { Readable } from "node:stream";

/** One element of the input, or what is wrong with it. */
export type Item = {
  /** Line in JSON lines, element in an array; from 1. */
  place: number;
  /** Size in the input; of an array's elements, about. */
  bytes: number;
  /** Bytes of the input read so far. */
  endByte: number;
} & ({ value: unknown } | { problem: string });

interface Line {
  number: number;
  text: string;
  bytes: number;
  endByte: number;
}

/**
 * Elements of JSON lines (read as they come, any number), of one JSON array, of `{ "events": […] }`, or one object
 * over several lines. A bad line is an item with a problem and the following ones are read; a bad array is one problem.
 */
export async function* readItems(input: Readable): AsyncGenerator<Item, void, undefined> {
  let isFirst = true;
  let whole: Line[] | null = null;
  for await (const line of readLines(input)) {
    if (whole !== null) {
      whole.push(line);
      continue;
    }
    const item = lineItem(line);
    if (isFirst && ("problem" in item || listOf(item.value) !== null)) whole = [line];
    else yield item;
    isFirst = false;
  }
  if (whole !== null) yield* wholeItems(whole);
}

async function* readLines(input: Readable): AsyncGenerator<Line, void, undefined> {
  let number = 0;
  let endByte = 0;
  for await (const raw of splitLines(input)) {
    number++;
    const bytes = Buffer.byteLength(raw) + 1;
    endByte += bytes;
    if (raw.trim() !== "") yield { number, text: raw, bytes, endByte };
  }
}

/** Unlike `readline`, iterating over the stream itself passes its errors on. A byte order mark is left out. */
async function* splitLines(input: Readable): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const [first = "", ...others] = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).split(
      "\n",
    );
    rest += first;
    if (others.length === 0) continue;
    yield rest;
    rest = others.pop()!;
    yield* others;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

/** The input is one JSON value over all its lines; if it is not, and began as an object, each line is one after all. */
function* wholeItems(lines: Line[]): Generator<Item, void, undefined> {
  const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
  const endByte = lines.at(-1)!.endByte;
  const parsed = parseJson(lines.map((line) => line.text).join("\n"));
  if ("problem" in parsed) {
    if (lines[0]!.text.trimStart().startsWith("[")) yield { place: 1, bytes, endByte, ...parsed };
    else for (const line of lines) yield lineItem(line);
    return;
  }
  const elements = listOf(parsed.value) ?? [parsed.value];
  for (const [index, value] of elements.entries()) {
    yield { place: index + 1, bytes: Math.ceil(bytes / elements.length), endByte, value };
  }
}

function lineItem({ number, text, bytes, endByte }: Line): Item {
  return { place: number, bytes, endByte, ...parseJson(text) };
}

/** The elements, when the value is a list of events in one of its two forms. */
function listOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value;
  if (typeof value !== "object" || value === null || !("events" in value)) return null;
  return Array.isArray(value.events) ? value.events : null;
}

function parseJson(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
