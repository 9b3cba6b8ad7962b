import type { WireEvent } from "@outlay/core";
import { fileIdOf, positionAfter, progressAt, type FileProgress } from "./file-progress.ts";
import type { Importer, LogFile, Position } from "./importer.ts";

/** Where calls go, and where it is kept how far each file has been read. */
export interface Destination {
  /** A call that is there already is replaced when this one says more. Resolves when all is durable. */
  record(events: WireEvent[]): Promise<Recorded>;
  readProgress(): Promise<FileProgress[]>;
  keepProgress(files: FileProgress[]): Promise<void>;
}

/** recorded + grown + known + refused = what was sent. */
export interface Recorded {
  recorded: number;
  grown: number;
  known: number;
  refused: { index: number; reason: string }[];
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
}

export interface BrokenLine {
  file: string;
  /** null: the file itself cannot be read, or has no lines. */
  line: number | null;
  reason: string;
}

/** Calls in memory at a time, each once. */
const BATCH_CALLS = 2_000;
/** Files whose progress is kept at a time. */
const BATCH_FILES = 1_000;

/** A call of the batch, and where it was read. */
interface ReadCall {
  event: WireEvent;
  file: string;
  line: number | null;
}

/**
 * Reads what is new in the files and records it. May be repeated at will: calls have ids that follow from what the tool
 * says. How far a file was read is kept after its calls are durable, so that an import that was ended in between loses
 * nothing. `onBytes` is told how many bytes of all files are dealt with.
 */
export async function importLogs(options: {
  importer: Pick<Importer, "load" | "isRewritten">;
  files: LogFile[];
  destination: Destination;
  machine: string;
  onBytes?: (done: number) => void;
}): Promise<ImportOutcome> {
  const { importer, files, destination, machine, onBytes = () => {} } = options;
  const known = new Map((await destination.readProgress()).map((progress) => [progress.id, progress]));
  const run = new ImportRun(destination, machine);
  let doneBytes = 0;
  for (const file of oldestFirst(files)) {
    run.outcome.files += 1;
    try {
      const from = await positionAfter(file, known.get(fileIdOf(file.path)), importer.isRewritten);
      if (from === null) run.outcome.unchangedFiles += 1;
      else await run.read(importer, file, from, (atByte) => onBytes(doneBytes + atByte));
    } catch (error) {
      if (!isAboutFile(error)) throw error;
      run.outcome.broken.push({ file: file.path, line: null, reason: error.message });
    }
    doneBytes += file.sizeBytes;
    onBytes(doneBytes);
  }
  await run.flush();
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
  };
  readonly #destination: Destination;
  readonly #machine: string;
  #batch = new Map<string, ReadCall>();
  /** Files whose last calls are in the batch. */
  #finished: FileProgress[] = [];

  constructor(destination: Destination, machine: string) {
    this.#destination = destination;
    this.#machine = machine;
  }

  async read(
    importer: Pick<Importer, "load">,
    file: LogFile,
    from: Position,
    onByte: (atByte: number) => void,
  ): Promise<void> {
    let position = from;
    for await (const part of importer.load(file, from)) {
      for (const { line, reading } of part.lines) {
        if ("problem" in reading) this.outcome.broken.push({ file: file.path, line, reason: reading.problem });
        else if ("isUnfinished" in reading) this.outcome.unfinished += 1;
        else if ("leftOut" in reading) this.#leaveOut(reading.leftOut);
        else for (const event of reading.events) this.#add({ event, file: file.path, line });
      }
      position = part.position;
      onByte(position.offsetBytes);
      if (this.#batch.size >= BATCH_CALLS) await this.flush();
    }
    this.outcome.readBytes += position.offsetBytes - from.offsetBytes;
    this.#finished.push(await progressAt(file, position));
    if (this.#finished.length >= BATCH_FILES) await this.flush();
  }

  async flush(): Promise<void> {
    const calls = [...this.#batch.values()];
    this.#batch.clear();
    for (let start = 0; start < calls.length; start += BATCH_CALLS) {
      await this.#send(calls.slice(start, start + BATCH_CALLS));
    }
    if (this.#finished.length === 0) return;
    await this.#destination.keepProgress(this.#finished);
    this.#finished = [];
  }

  #add(call: ReadCall): void {
    const before = this.#batch.get(call.event.id!);
    if (before !== undefined) this.outcome.known += 1;
    if (before === undefined || saysMore(call.event, before.event)) this.#batch.set(call.event.id!, call);
  }

  #leaveOut(reason: string): void {
    this.outcome.leftOut[reason] = (this.outcome.leftOut[reason] ?? 0) + 1;
  }

  async #send(calls: ReadCall[]): Promise<void> {
    const tags = { machine: this.#machine };
    const events = calls.map(({ event }) => ({ ...event, tags: { ...event.tags, ...tags } }));
    const { recorded, grown, known, refused } = await this.#destination.record(events);
    this.outcome.recorded += recorded;
    this.outcome.grown += grown;
    this.outcome.known += known;
    for (const { index, reason } of refused) {
      const { file, line } = calls[index]!;
      this.outcome.broken.push({ file, line, reason });
    }
  }
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

/** Gone, not ours to read, a failing disk: the other files can be read all the same. */
function isAboutFile(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ["open", "read", "stat"].includes((error as NodeJS.ErrnoException).syscall ?? "");
}
