import type { Readable, Writable } from "node:stream";
import type { ImportStore } from "../importers/import-store.ts";
import type { PriceBook } from "../prices/price-book.ts";
import type { Colors } from "./draw/colors.ts";

/** A way to the REST interface: a running server, or the same application over the opened data folder. */
export interface Api {
  /** `path` starts with `/api/`. Answers of any status are returned, not thrown. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Lets go of the data folder, or of the connection. */
  close(): Promise<void>;
  /** For people: `http://127.0.0.1:4100` or `data folder /home/me/.outlay`. */
  where: string;
}

/** What the flags of the command line say about where and how; absent means that the flag was not given. */
export interface SettingFlags {
  /** `--data` */
  dataDir?: string;
  /** `--server`: ask this server instead of the data folder. */
  serverUrl?: string;
  /** `--timezone`: an IANA name. */
  timeZone?: string;
  /** `--port`; 0 takes any free one. */
  port?: number;
  /** `--host` */
  host?: string;
  /** `--public-url` */
  publicUrl?: string;
  /** `--setup` */
  setup?: boolean;
  /** `--retention-days`, as it was written: a number or `off`. */
  retentionDays?: string;
  /** `--refresh-prices`: `on` or `off`. */
  refreshPrices?: string;
  /** `--mock-providers`: address of a running mock provider. */
  mockProviders?: string;
}

/** The configuration that counts, for `outlay doctor`. */
export interface ResolvedSettings {
  settings: {
    /** As in config.ts, for example `dataDir`. */
    name: string;
    value: unknown;
    /** Which place decided it: `flag --data`, `environment OUTLAY_DATA`, `file …`, `default`. */
    origin: string;
  }[];
  /** OUTLAY_… variables of the environment that nothing reads. */
  unknownVariables: string[];
}

/** A server in this process. */
export interface RunningServer {
  /** Where a browser finds it, without a slash at the end. */
  url: string;
  /** Where the first administrator is made, and the code for it; null: there is one, or nobody else can reach the server. */
  setUp: { url: string; code: string } | null;
  /** Stops accepting, finishes what runs, lets go of the data folder. */
  close(): Promise<void>;
}

/** What the composition (main.ts) hands to the command line. Nothing is opened before it is needed. */
export interface CliDependencies {
  version: string;
  env: Record<string, string | undefined>;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  now: () => number;
  /** The configuration as these flags, the environment and the file in the data folder make it. */
  resolveSettings(flags: SettingFlags): Promise<ResolvedSettings>;
  connect(flags: SettingFlags): Promise<Api>;
  /** `demo` is told to readers by `GET /api/v1/meta`; `mockUrl` is where our own mock provider runs, for the gateway. */
  startServer(flags: SettingFlags, options: { demo: boolean; mockUrl?: string }): Promise<RunningServer>;
  /** Prices without a server: overrides and the refreshed catalogue of the data folder when there is one, our own otherwise. */
  openPrices(flags: SettingFlags): Promise<PriceBook>;
  /** Where imported calls go. */
  openImportStore(flags: SettingFlags): Promise<ImportStore>;
}

/**
 * What a command has to work with. The methods look at the global flags when they are called, so a command may be
 * defined before the command line is parsed.
 */
export interface CliContext {
  version: string;
  env: Record<string, string | undefined>;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  now: () => number;
  colors: Colors;
  /** Standard output is a terminal. */
  isTerminal: boolean;
  /** Width of the terminal in columns; 100 when it is none. */
  columns(): number;
  /** `--json`: write for scripts. */
  isJson(): boolean;
  /** `--timezone`, to be sent as `tz`; undefined: the server's own. */
  timeZone(): string | undefined;
  flags(): SettingFlags;
  resolveSettings(): Promise<ResolvedSettings>;
  /** Closed by the command line when the command has ended. `dataDir` stands in for `--data`. */
  connect(overrides?: SettingFlags): Promise<Api>;
  /** The same for whoever closes it long before the command ends. */
  lend(): Promise<Api>;
  startServer(options: SettingFlags & { demo?: boolean; mockUrl?: string }): Promise<RunningServer>;
  openPrices(): Promise<PriceBook>;
  /** Where imported calls go; whoever opens it lets it rest. */
  openImportStore(overrides?: SettingFlags): Promise<ImportStore>;
  /** Writes to standard output as it is, and waits while the reader is behind. */
  write(text: string): Promise<void>;
  /** Writes lines to standard output. */
  print(...lines: string[]): Promise<void>;
  /** Writes a value as indented JSON to standard output. */
  printJson(value: unknown): Promise<void>;
  /** A sentence for people on standard error; nothing that a script reads. */
  note(line: string): void;
  /** Shown on standard error when that is a terminal, otherwise silent. */
  progress(label: string, total?: number, unit?: ProgressUnit): Progress;
}

/** What is counted: bytes are shown with their rate. */
export type ProgressUnit = "count" | "bytes";

/** Progress of a long piece of work. */
export interface Progress {
  /** `done` counts what `total` counts. */
  update(done: number): void;
  /** Takes the line away. */
  end(): void;
}
