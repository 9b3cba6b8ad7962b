import type { Destination } from "./import-logs.ts";

/** Where calls of all tools go. Nothing is opened for writing before there is something to write. */
export interface ImportStore {
  /** For people: `http://127.0.0.1:4100` or `data folder /home/me/.outlay`. */
  where: string;
  destination(importer: string, machine: string): Destination;
  /** Lets go of what was opened; the store may be used again, and opens it again. */
  rest(): Promise<void>;
}
