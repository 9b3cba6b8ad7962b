import { parentPort } from "node:worker_threads";
import { countTokens, type TokensByClass } from "./count-tokens.ts";

/** What the thread is asked: texts to count. */
export interface CountRequest {
  id: number;
  texts: string[];
}

/** And what it answers, in the same order. */
export interface CountAnswer {
  id: number;
  counts: TokensByClass[];
}

/*
 * The vocabulary takes a third of a second to load and some 60 MB: it lives in a thread of its own, for as long as there
 * is something to count.
 */
const port = parentPort as NonNullable<typeof parentPort>;
port.on("message", ({ id, texts }: CountRequest) => {
  port.postMessage({ id, counts: texts.map(countTokens) } satisfies CountAnswer);
});
