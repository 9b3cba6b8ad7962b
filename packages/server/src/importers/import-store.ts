import type { Destination } from "./import-logs.ts";

export interface TelemetryCalls {
  calls: number;
  /** There are more than were counted. */
  isMore: boolean;
}

/** Where calls of all tools go. Nothing is opened for writing before there is something to write. */
export interface ImportStore {
  /** For people: `http://127.0.0.1:4100` or `data folder /home/me/.outlay`. */
  where: string;
  destination(importer: string, machine: string): Destination;
  /**
   * Calls of a tool that telemetry told of in that time, without what they could be matched by with its logs; null: not told
   * to whoever asks.
   */
  telemetryCalls(tool: string, range: { startMs: number; endMs: number }): Promise<TelemetryCalls | null>;
  /** Lets go of what was opened; the store may be used again, and opens it again. */
  rest(): Promise<void>;
}
