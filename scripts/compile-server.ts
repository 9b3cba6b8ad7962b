/**
 * Loads what processes and threads of the server begin with, so that Node's compile cache has all of it: threads that are
 * ended from outside never write what they compiled. Run with NODE_COMPILE_CACHE by `test/compile-server.ts`.
 */
import { join } from "node:path";

const server = join(import.meta.dirname, "../packages/server/src");
const files = [
  "outlay.ts",
  "cli/program.ts",
  "storage/sqlite/writer-thread.ts",
  "storage/sqlite/reader-thread.ts",
  "estimates/tokenizer-thread.ts",
];
// A thread's file has nothing to do here and fails, after it was compiled.
await Promise.allSettled(files.map((file) => import(join(server, file))));
process.exit(0);
