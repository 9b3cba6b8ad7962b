import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";
import type { WireEvent } from "@outlay/core";
import { z } from "zod";
import { generateCharges } from "../demo/generate-charges.ts";
import { generateCoding } from "../demo/generate-coding.ts";
import { generateEvents } from "../demo/generate.ts";
import type { RecordAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { fillLimits } from "./fill-limits.ts";
import { fillReports } from "./fill-reports.ts";
import { fillSubscriptions } from "./fill-subscriptions.ts";
import { getJson, sendJson } from "./get-json.ts";

/** What a demo's data folder remembers, so that the next start goes on with the same story. */
const demoFile = z.strictObject({
  seed: z.number().int(),
  eventsPerDay: z.number().positive(),
  /** The first start: the spike, the new models and the new price are placed relative to it. */
  anchorMs: z.number().int(),
  firstDays: z.number().int().positive(),
  /** Everything before this instant has been recorded; null: the first filling was not finished. */
  filledUntilMs: z.number().int().nullable(),
});
type DemoFile = z.output<typeof demoFile>;

const DEMO_FILE = "demo.json";
const dayMs = 86_400_000;
const batchSize = 2_500;
/** From this day, counted from the anchor, Meridian pays less for its Llama. */
const newPriceDay = -33;

/**
 * Fills a demo's data folder up to now, and remembers how far it came. Ids follow from the seed, so whatever is
 * recorded again (after a filling that was broken off) is known already.
 *
 * Throws InvalidInput `not_a_demo_folder` when the folder holds calls that no demo has made up.
 */
export async function fillDemo(
  context: Pick<CliContext, "now" | "progress">,
  api: Api,
  options: { dataDir: string; days: number; events: number; seed: number },
): Promise<{ recorded: number; known: number }> {
  const path = join(options.dataDir, DEMO_FILE);
  const untilMs = context.now();
  let story = await readStory(path);
  if (story === null) {
    await refuseRealData(api, options.dataDir);
    const { seed, days, events } = options;
    story = { seed, eventsPerDay: events / days, anchorMs: untilMs, firstDays: days, filledUntilMs: null };
    await mkdir(options.dataDir, { recursive: true });
    await writeStory(path, story);
    await agreeNewPrice(api, story);
  }
  const outcome = await record(context, api, story, untilMs);
  if (story.filledUntilMs === null) {
    await fillLimits(api, untilMs);
    await fillSubscriptions(api, untilMs);
    await fillReports(api, untilMs);
  }
  await writeStory(path, { ...story, filledUntilMs: untilMs });
  return outcome;
}

async function record(context: Pick<CliContext, "progress">, api: Api, story: DemoFile, untilMs: number) {
  const { seed, eventsPerDay, anchorMs, filledUntilMs } = story;
  const firstMs = filledUntilMs ?? anchorMs - (story.firstDays - 1) * dayMs;
  const days = utcDay(untilMs - 1) - utcDay(firstMs) + 1;
  const outcome = { recorded: 0, known: 0 };
  if (days < 1) return outcome;

  const progress = context.progress("Making up calls", Math.ceil(eventsPerDay * days));
  const send = async (batch: WireEvent[]) => {
    const answer = await sendJson<RecordAnswer>(api, "POST", "/api/v1/events", { events: batch });
    const [rejection] = answer.rejected;
    if (rejection !== undefined) throw new Error(`a made-up call was refused: ${JSON.stringify(rejection)}`);
    outcome.recorded += answer.accepted;
    outcome.known += answer.duplicates;
    progress.update(outcome.recorded + outcome.known);
  };
  try {
    let batch: WireEvent[] = [];
    for (const event of storyEvents({ seed, eventsPerDay, anchorMs, untilMs, days })) {
      if (filledUntilMs !== null && Date.parse(String(event.occurredAt)) < filledUntilMs) continue;
      batch.push(event);
      if (batch.length < batchSize) continue;
      await send(batch);
      batch = [];
    }
    if (batch.length > 0) await send(batch);
    const charges = generateCharges({ seed, anchorMs, untilMs, days });
    if (charges.length > 0) await sendJson(api, "POST", "/api/v1/charges", { charges });
  } finally {
    progress.end();
  }
  return outcome;
}

/** Calls of the applications, and of the tools that they are written with. */
function* storyEvents(story: Parameters<typeof generateEvents>[0]): Generator<WireEvent> {
  yield* generateEvents(story);
  yield* generateCoding(story);
}

/** A price of our own from a date on: calls before it keep what they cost. It has to be there before the calls are. */
async function agreeNewPrice(api: Api, { anchorMs }: DemoFile): Promise<void> {
  await sendJson(api, "PUT", "/api/v1/prices/overrides", {
    provider: "groq",
    model: "llama-3.3-70b-versatile",
    from: new Date((utcDay(anchorMs) + newPriceDay) * dayMs).toISOString(),
    rates: { input: "0.47", output: "0.63" },
    note: "Demo: a volume discount that began in the period",
  });
}

async function refuseRealData(api: Api, dataDir: string): Promise<void> {
  const { events } = await getJson<{ events: number }>(api, "/api/v1/meta");
  if (events === 0) return;
  const message = `${dataDir} holds ${events} recorded calls that no demo has made up; give the demo an empty folder with --data`;
  throw new InvalidInput("not_a_demo_folder", message, { field: "data" });
}

async function readStory(path: string): Promise<DemoFile | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    return demoFile.parse(JSON.parse(text));
  } catch {
    const message = `${path} is not what a demo has written; remove the folder, or name another with --data`;
    throw new InvalidInput("unreadable_demo_file", message, { field: "data" });
  }
}

async function writeStory(path: string, story: DemoFile): Promise<void> {
  await writeFile(path, `${JSON.stringify(story, null, 2)}\n`);
}

function utcDay(instantMs: number): number {
  return Math.floor(instantMs / dayMs);
}
