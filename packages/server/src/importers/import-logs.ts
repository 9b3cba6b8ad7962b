import { roundUsd, type WireEvent } from "@outlay/core";
import { fileIdOf, positionAfter, progressAt, type FileProgress } from "./file-progress.ts";
import type { Importer, LineReading, LogFile, Position } from "./importer.ts";

/** Where calls go, and where it is kept how far each file has been read. */
export interface Destination {
  /** Something will be recorded: what takes a while to open may be opened meanwhile. */
  prepare?(): void;
  /** A call that is there already is replaced when this one says more. */
  record(events: WireEvent[]): Promise<Recorded>;
  readProgress(): Promise<FileProgress[]>;
  /** When it resolves, so is durable what was recorded before. */
  keepProgress(files: FileProgress[]): Promise<void>;
}

/** recorded + grown + known + refused = what was sent. */
export interface Recorded {
  recorded: number;
  grown: number;
  known: number;
  refused: { index: number; reason: string }[];
  /** By how much the recorded costs have grown; calls without a price add nothing. */
  costUsd: number;
}

/** What became of the logs of one tool. */
export interface ImportOutcome {
  files: number;
  /** Files that had not changed since they were read. */
  unchangedFiles: number;
  readBytes: number;
  recorded: number;
  /** Calls that were there with smaller counts: the end of a stream came later. */
  grown: number;
  /** Calls that were there already, and repeats of a call in the logs. */
  known: number;
  /** Lines that tell of no call of a model, by their reason. */
  leftOut: Record<string, number>;
  /** Last lines that are not written to their end yet: the next import reads them. */
  unfinished: number;
  broken: BrokenLine[];
  /** Broken lines beyond those that are named. */
  furtherBroken: number;
  /** By how much the recorded costs have grown; calls without a price add nothing. */
  costUsd: number;
  /** When the calls that were read were made, milliseconds since 1970; null: there were none. */
  firstCallMs: number | null;
  lastCallMs: number | null;
}

export interface BrokenLine {
  file: string;
  /** null: the file itself cannot be read, or has no lines. */
  line: number | null;
  reason: string;
}

/** Calls of a batch, each once: half a megabyte, which every proxy lets through. */
const BATCH_CALLS = 1_000;
/** Batches that are on their way while the next is read. */
const BATCHES_AT_ONCE = 3;
/** Files whose progress is kept at a time. */
const BATCH_FILES = 1_000;
/** What was read longer ago need not be read again when the import is ended. */
const KEEP_INTERVAL_MS = 5_000;
/** More would fill the memory with a file that is no log at all. */
const BROKEN_NAMED = 10_000;

/** A call of the batch, and where it was read. */
interface ReadCall {
  event: WireEvent;
  file: string;
  line: number | null;
}

/**
 * Reads what is new in the files and records it. May be repeated at will: calls have ids that follow from what the tool
 * says. How far a file was read is kept after its calls, so that an import that was ended in between loses nothing. What
 * cannot be read is named, and the rest is read; rejects only when the destination fails.
 */
export async function importLogs(options: {
  importer: Pick<Importer, "load" | "isRewritten">;
  files: LogFile[];
  destination: Destination;
  machine: string;
  /** Leaves out earlier calls, and reads them when they are not left out any more. */
  sinceMs?: number | undefined;
  /** Ends the import early, with what was read so far. */
  signal?: AbortSignal | undefined;
  /** Is told how many bytes of all files are dealt with. */
  onBytes?: (done: number) => void;
}): Promise<ImportOutcome> {
  const { importer, files, destination, machine, sinceMs = -Infinity, signal, onBytes = () => {} } = options;
  const known = new Map((await destination.readProgress()).map((progress) => [progress.id, progress]));
  const run = new ImportRun({ destination, machine, sinceMs, signal });
  let doneBytes = 0;
  for (const file of oldestFirst(files)) {
    if (signal?.aborted === true) break;
    run.outcome.files += 1;
    try {
      const from = positionAfter(file, known.get(fileIdOf(file.path)), importer.isRewritten);
      if (from === null || file.modifiedMs < sinceMs) run.outcome.unchangedFiles += 1;
      else await run.read(importer, file, from, (atByte) => onBytes(doneBytes + atByte));
    } catch (error) {
      run.throwIfFailed();
      run.break(file.path, null, error instanceof Error ? error.message : String(error));
    }
    doneBytes += file.sizeBytes;
    onBytes(doneBytes);
  }
  await run.finish();
  return run.outcome;
}

class ImportRun {
  readonly outcome: ImportOutcome = {
    files: 0,
    unchangedFiles: 0,
    readBytes: 0,
    recorded: 0,
    grown: 0,
    known: 0,
    leftOut: {},
    unfinished: 0,
    broken: [],
    furtherBroken: 0,
    costUsd: 0,
    firstCallMs: null,
    lastCallMs: null,
  };
  readonly #destination: Destination;
  readonly #tags: { machine: string };
  readonly #sinceMs: number;
  readonly #signal: AbortSignal | undefined;
  #isPrepared = false;
  #batch = new Map<string, ReadCall>();
  #underway = new Set<Promise<void>>();
  #failure: { error: unknown } | null = null;
  /** Files whose last calls are in the batch or on their way, by their ids. */
  #finished = new Map<string, FileProgress>();
  #keptAtMs = performance.now();

  constructor(options: {
    destination: Destination;
    machine: string;
    sinceMs: number;
    signal: AbortSignal | undefined;
  }) {
    this.#destination = options.destination;
    this.#tags = { machine: options.machine };
    this.#sinceMs = options.sinceMs;
    this.#signal = options.signal;
  }

  async read(
    importer: Pick<Importer, "load" | "isRewritten">,
    file: LogFile,
    from: Position,
    onByte: (atByte: number) => void,
  ): Promise<void> {
    let position = from;
    const read = { isWhole: true, hasLeftOut: false };
    for await (const part of importer.load(file, from)) {
      for (const { line, reading } of part.lines) {
        if ("events" in reading) {
          for (const event of reading.events) {
            if (this.#isTooEarly(event)) read.hasLeftOut = true;
            else this.#add({ event, file: file.path, line });
          }
        } else this.#note(file.path, line, reading);
      }
      position = part.position;
      onByte(position.offsetBytes);
      if (this.#batch.size > BATCH_CALLS) await this.#sendBatch(this.#takeAllButLast());
      if (this.#signal?.aborted === true) read.isWhole = false;
      if (!read.isWhole) break;
      if (importer.isRewritten !== true && !read.hasLeftOut) await this.#keepNowAndThen(file, position);
    }
    this.outcome.readBytes += position.offsetBytes - from.offsetBytes;
    if (read.hasLeftOut || (!read.isWhole && importer.isRewritten === true)) return;
    const progress = progressAt(file, position);
    this.#finished.set(progress.id, read.isWhole ? progress : untilNow(progress));
    if (this.#finished.size >= BATCH_FILES) await this.#keep();
  }

  /** Everything that was read is durable, and its progress kept. */
  async finish(): Promise<void> {
    await this.#keep();
    this.throwIfFailed();
  }

  break(file: string, line: number | null, reason: string): void {
    if (this.outcome.broken.length < BROKEN_NAMED) this.outcome.broken.push({ file, line, reason });
    else this.outcome.furtherBroken += 1;
  }

  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  #isTooEarly({ occurredAt }: WireEvent): boolean {
    if (this.#sinceMs === -Infinity) return false;
    const atMs = typeof occurredAt === "string" ? Date.parse(occurredAt) : (occurredAt ?? Infinity);
    return atMs < this.#sinceMs;
  }

  #note(file: string, line: number | null, reading: Exclude<LineReading, { events: WireEvent[] }>): void {
    if ("problem" in reading) this.break(file, line, reading.problem);
    else if ("isUnfinished" in reading) this.outcome.unfinished += 1;
    else this.outcome.leftOut[reading.leftOut] = (this.outcome.leftOut[reading.leftOut] ?? 0) + 1;
  }

  #add(call: ReadCall): void {
    if (!this.#isPrepared) this.#destination.prepare?.();
    this.#isPrepared = true;
    const before = this.#batch.get(call.event.id!);
    if (before !== undefined) this.outcome.known += 1;
    if (before === undefined || saysMore(call.event, before.event)) this.#batch.set(call.event.id!, call);
  }

  /** So that a large file is not begun again when its import is ended. */
  async #keepNowAndThen(file: LogFile, position: Position): Promise<void> {
    if (performance.now() - this.#keptAtMs < KEEP_INTERVAL_MS) return;
    const progress = untilNow(progressAt(file, position));
    this.#finished.set(progress.id, progress);
    await this.#keep();
  }

  async #keep(): Promise<void> {
    await this.#sendBatch(this.#takeAll());
    await Promise.all(this.#underway);
    this.throwIfFailed();
    if (this.#finished.size > 0) await this.#watched(this.#destination.keepProgress([...this.#finished.values()]));
    this.#finished.clear();
    this.#keptAtMs = performance.now();
  }

  #takeAll(): ReadCall[] {
    const calls = [...this.#batch.values()];
    this.#batch.clear();
    return calls;
  }

  /** The line that comes next often repeats the last call, with larger counts: it is not recorded before, and then revised. */
  #takeAllButLast(): ReadCall[] {
    const calls = this.#takeAll();
    const last = calls.pop()!;
    this.#batch.set(last.event.id!, last);
    return calls;
  }

  async #sendBatch(calls: ReadCall[]): Promise<void> {
    for (let start = 0; start < calls.length; start += BATCH_CALLS) {
      while (this.#underway.size >= BATCHES_AT_ONCE) await Promise.race(this.#underway);
      this.throwIfFailed();
      const sent = this.#send(calls.slice(start, start + BATCH_CALLS)).then(
        () => void this.#underway.delete(sent),
        (error: unknown) => {
          this.#failure ??= { error };
          this.#underway.delete(sent);
        },
      );
      this.#underway.add(sent);
    }
  }

  async #send(calls: ReadCall[]): Promise<void> {
    const events = calls.map(({ event }) => {
      this.#noteTime(event);
      event.tags = event.tags == null ? this.#tags : { ...event.tags, ...this.#tags };
      return event;
    });
    const { recorded, grown, known, refused, costUsd } = await this.#destination.record(events);
    this.outcome.recorded += recorded;
    this.outcome.grown += grown;
    this.outcome.known += known;
    this.outcome.costUsd = roundUsd(this.outcome.costUsd + costUsd);
    for (const { index, reason } of refused) {
      const { file, line } = calls[index]!;
      this.break(file, line, reason);
    }
  }

  #noteTime({ occurredAt }: WireEvent): void {
    const atMs = typeof occurredAt === "string" ? Date.parse(occurredAt) : occurredAt;
    if (atMs == null || Number.isNaN(atMs)) return;
    const { firstCallMs, lastCallMs } = this.outcome;
    if (firstCallMs === null || atMs < firstCallMs) this.outcome.firstCallMs = atMs;
    if (lastCallMs === null || atMs > lastCallMs) this.outcome.lastCallMs = atMs;
  }

  /** What fails in the destination fails the import; a file's failures do not. */
  async #watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }
}

/** Of a file that is not read to its end: it has changed since, whatever its size. */
function untilNow(progress: FileProgress): FileProgress {
  return { ...progress, sizeBytes: progress.offsetBytes, modifiedMs: 0 };
}

/**
 * Whether a call replaces one with its id, as the store decides it too (`ledger/revise-usage.ts`): the conversation goes
 * before a side-chain that repeats it, then the larger counts; the first of two that are alike stands.
 */
function saysMore(next: WireEvent, before: WireEvent): boolean {
  if (isSide(next) !== isSide(before)) return isSide(before);
  return tokensOf(next) > tokensOf(before);
}

function isSide({ metadata }: WireEvent): boolean {
  return metadata?.["sidechain"] === true;
}

function tokensOf({ usage }: WireEvent): number {
  return (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
}

/** What was copied into a later file, by a fork, belongs to the session that it came from. */
function oldestFirst(files: LogFile[]): LogFile[] {
  return files.toSorted((a, b) => a.modifiedMs - b.modifiedMs || (a.path < b.path ? -1 : 1));
}
