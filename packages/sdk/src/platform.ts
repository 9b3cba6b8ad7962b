import type { Batch } from "./batch.ts";

/** What differs between the places where the client runs. */
export interface Platform {
  /** Sends one request. Rejects when there is no answer within the time. */
  post(request: PostRequest): Promise<PostAnswer>;
  /** Where events are safe before they are sent; null where there is no disk. */
  spool: Spool | null;
  /** Largest body of one request, in bytes. */
  maxBatchBytes: number;
  /** Makes a body smaller; null where that is not to be had. */
  gzip: ((body: Uint8Array) => Promise<Uint8Array>) | null;
  /** Called when the client is closed. */
  close(): void;
}

export interface PostRequest {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array;
  timeoutMs: number;
}

export interface PostAnswer {
  status: number;
  retryAfter: string | null;
  text: string;
}

/** A disk that batches are put on beside everything else, and read from when memory has let them go. */
export interface Spool {
  /** `full`: its limit was reached. `failed`: the disk refused the last time. */
  readonly state: "good" | "full" | "failed";
  /** The folder was asked for by name: failing there is told. */
  readonly wanted: boolean;
  /** Told when the disk refuses, and when something was written. */
  listen(listener: { failed(what: string): void; wrote(): void }): void;
  /** Has the batch written soon. */
  write(batch: Batch): void;
  /** Has it written when this returns, if the disk takes it. */
  writeSync(batch: Batch): void;
  /** Null when the file is no longer there. */
  read(file: SpoolFile): Promise<Uint8Array | null>;
  /** Takes the batch off the disk: it is acknowledged. */
  remove(batch: Batch): void;
  /** Takes over what processes left behind that are no more. Never rejects. */
  adopt(): Promise<{ file: SpoolFile; bytes: number }[]>;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
  /** Resolves when the files of what was acknowledged are gone. */
  removed(): Promise<void>;
  /** Forgets that the disk refused. */
  tryAgain(): void;
  /** Lets go of the folder, and removes it when it is empty. */
  close(): void;
}

/** Path of a file in the spool: lines of `<json>,`. */
export type SpoolFile = string;
