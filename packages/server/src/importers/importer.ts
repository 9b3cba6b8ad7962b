import type { WireEvent } from "@outlay/core";

/** Where programs look for their folders. */
export interface Place {
  env: Record<string, string | undefined>;
  homeDir: string;
}

/** One file of a tool's logs, as it was when it was listed. */
export interface LogFile {
  path: string;
  /** The folder of `findFolders` that it was found in. */
  folder: string;
  sizeBytes: number;
  modifiedMs: number;
}

/** A place between two lines. */
export interface Position {
  offsetBytes: number;
  /** Number of the line that begins there; the first is 1. */
  line: number;
  /**
   * What the importer has to know of what lies before, to read on: the model that is set, the counters of a session that
   * only ever grow. JSON of at most 64 KiB; it comes back with the next import. Absent at the start of a file.
   */
  state?: JsonValue;
}

/** What a state is made of. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/**
 * What a line says: calls (none: it tells of none), a call that costs nothing and is left out, why it cannot be read, or
 * that it is not written to its end yet.
 */
export type LineReading = { events: WireEvent[] } | { leftOut: string } | { problem: string } | { isUnfinished: true };

/** A part of a file: what its lines say, and the place behind the last one that is read for good. */
export interface LoadedPart {
  /** Without the lines that tell of no call. null: the file is a document or a database, which has none. */
  lines: { line: number | null; reading: LineReading }[];
  position: Position;
}

/** Reads the logs of one tool. */
export interface Importer {
  /** For commands and ids: `claude-code`. */
  name: string;
  /** For people: `Claude Code`. */
  title: string;
  /**
   * The tool writes its files anew (documents, databases) instead of adding lines: a changed file is read from its start
   * again, with the state of the last time.
   */
  isRewritten?: true;
  /** Reads files that somebody names, and looks for none. What was read is not remembered: their rows have ids. */
  needsPath?: true;
  /** The same with what was said about the files on the command line. InvalidInput when it makes no sense. */
  configure?(options: FileOptions): Importer;
  /** The folders with logs that are there. */
  findFolders(place: Place): Promise<string[]>;
  /** A folder that somebody named, or one file, as a folder of logs. */
  listFiles(folder: string): Promise<LogFile[]>;
  /** Memory does not grow with the file. Rejects when it cannot be opened or read. */
  load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined>;
}

/** What somebody says about files that they name. */
export interface FileOptions {
  cells?: { timeZone?: string; dateOrder?: "mdy" | "dmy" | null; decimal?: "." | "," };
  /** Column of the file, or path in its JSON, for each field of an event. */
  map?: Record<string, string>;
  /** The same value for each row. */
  set?: Record<string, string>;
  /** Columns that name a row together. */
  id?: string[];
}
