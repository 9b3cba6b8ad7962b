import { parentPort } from "node:worker_threads";
import type { CountRequest } from "./tokenizer-thread.ts";

/** Counts every text as one token, and does badly what it is told: `crash`, `leave`, `hang`. */
const port = parentPort as NonNullable<typeof parentPort>;
port.on("message", ({ id, texts }: CountRequest) => {
  if (texts[0] === "crash") throw new Error("as asked");
  if (texts[0] === "leave") process.exit(3);
  if (texts[0] === "hang") for (;;) id.toFixed();
  port.postMessage({ id, counts: texts.map(() => ({ english: 1 })) });
});
