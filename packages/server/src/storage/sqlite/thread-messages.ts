import { InvalidInput } from "@outlay/core";
import { diskFullCode } from "./disk-full.ts";

/** A call to a storage thread, and its answer. */
export interface ThreadRequest {
  id: number;
  method: string;
  args: unknown[];
}
export type ThreadAnswer = { id: number; value: unknown } | { id: number; error: ThreadError };

/** What threads are started with. */
export interface ThreadStart {
  dataDir: string;
  path: string;
  /** Less memory counts for more than the last bit of speed; what a power cut takes is read again. */
  isImport: boolean;
  /** Not zero: the storage is closing, long work should give up. */
  closing: Int32Array;
}

interface ThreadError {
  message: string;
  stack: string | undefined;
  /** Only of InvalidInput, which stays what it is across threads. */
  input: { code: string; field: string | undefined; status: number } | null;
  /** `ENOSPC`: there was no room. */
  code: string | null;
}

export function toThreadError(error: unknown): ThreadError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const input = error instanceof InvalidInput ? { code: error.code, field: error.field, status: error.status } : null;
  return { message, stack, input, code: diskFullCode(error) };
}

export function fromThreadError({ message, stack, input, code }: ThreadError): Error {
  if (input) {
    const { field, status } = input;
    return new InvalidInput(input.code, message, field === undefined ? { status } : { field, status });
  }
  const error = code === null ? new Error(message) : Object.assign(new Error(message), { code });
  if (stack !== undefined) error.stack = stack;
  return error;
}
