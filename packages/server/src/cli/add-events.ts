import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { MAX_EVENTS_PER_BATCH } from "@outlay/core";
import type { RecordAnswer } from "../ledger/answers.ts";
import type { Api, CliContext } from "./context.ts";
import { readItems } from "./read-items.ts";
import type { Item } from "./read-items.ts";
import { ApiProblem, CommandFailed, UsageError } from "./problem.ts";
import { sendJson } from "./get-json.ts";

/** Well below what the server takes in one body (10 MB). */
const batchBytesMax = 4_000_000;
/** More would push what matters off the screen; `--json` has all of them. */
const rejectionsShownMax = 20;

interface Rejected {
  /** Line of the input, or place in its array; both from 1. */
  place: number;
  field: string;
  code: string;
  reason: string;
}

interface Outcome {
  accepted: number;
  duplicates: number;
  rejected: Rejected[];
}

/**
 * Records the calls of a file (`-`: standard input) in batches. Good ones are kept when others are bad; the bad ones
 * are named, and make the command fail.
 */
export async function addEvents(context: CliContext, file: string): Promise<void> {
  if (file === "-" && "isTTY" in context.stdin && context.stdin.isTTY === true) {
    throw new UsageError("Name a file, or send events to standard input.");
  }
  const input = file === "-" ? context.stdin : createReadStream(file);
  const totalBytes = file === "-" ? undefined : (await stat(file)).size;
  const api = await context.connect();
  const progress = context.progress(totalBytes === undefined ? "Recording calls" : "Recording bytes", totalBytes);
  const outcome: Outcome = { accepted: 0, duplicates: 0, rejected: [] };
  let batch: Item[] = [];
  let batchBytes = 0;
  const flush = async () => {
    await sendBatch(api, batch, outcome);
    batch = [];
    batchBytes = 0;
  };
  try {
    for await (const item of readItems(input)) {
      batch.push(item);
      batchBytes += item.bytes;
      if (batch.length === MAX_EVENTS_PER_BATCH || batchBytes >= batchBytesMax) await flush();
      progress.update(totalBytes === undefined ? item.place : item.endByte);
    }
    if (batch.length > 0) await flush();
  } finally {
    progress.end();
  }
  await reportOutcome(context, outcome);
}

async function sendBatch(api: Api, batch: Item[], outcome: Outcome): Promise<void> {
  const events = batch.filter((item) => "value" in item);
  for (const item of batch) {
    if ("problem" in item) {
      outcome.rejected.push({ place: item.place, field: "", code: "invalid_json", reason: item.problem });
    }
  }
  if (events.length === 0) return;
  const answer = await record(
    api,
    events.map(({ value }) => value),
  );
  outcome.accepted += answer.accepted;
  outcome.duplicates += answer.duplicates;
  for (const { index, field, code, reason } of answer.rejected) {
    outcome.rejected.push({ place: events[index]!.place, field, code, reason });
  }
}

/** When nothing of a batch is valid, the server answers with a problem that carries the same lists. */
async function record(api: Api, events: unknown[]): Promise<RecordAnswer> {
  try {
    return await sendJson<RecordAnswer>(api, "POST", "/api/v1/events", { events });
  } catch (error) {
    if (error instanceof ApiProblem && Array.isArray(error.document["rejected"])) {
      return error.document as unknown as RecordAnswer;
    }
    throw error;
  }
}

async function reportOutcome(context: CliContext, { accepted, duplicates, rejected }: Outcome): Promise<void> {
  rejected.sort((a, b) => a.place - b.place);
  if (context.isJson()) {
    await context.printJson({ accepted, duplicates, rejected });
  } else {
    for (const { place, field, reason } of rejected.slice(0, rejectionsShownMax)) {
      context.note(`${context.colors.red("rejected")} event ${place}: ${field === "" ? "" : `${field}: `}${reason}`);
    }
    if (rejected.length > rejectionsShownMax) {
      context.note(`… and ${rejected.length - rejectionsShownMax} more (all of them with --json)`);
    }
    await context.print(`${accepted} recorded, ${duplicates} known already, ${rejected.length} rejected`);
  }
  if (rejected.length > 0) throw new CommandFailed();
}
