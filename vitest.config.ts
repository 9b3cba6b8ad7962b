import { availableParallelism } from "node:os";
import { join } from "node:path";

import { defineConfig } from "vitest/config";

// The packages are tested from their sources: the condition "source" of their package.json leads there.
const resolve = { conditions: ["source"] };
const ssr = { resolve: { conditions: ["source"] } };
// What comes in its own time is waited for: the second that is usual is none where others use the processors too.
const waiting = { poll: { timeout: 20_000 } };

// Processes and threads that tests start take the sources from here, once they are compiled.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, "node_modules/.cache/compiled");

export default defineConfig({
  test: {
    globalSetup: "test/compile-server.ts",
    // Most of a test waits for servers and browsers: two files at once also where there are only two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.{ts,tsx}"],
          expect: waiting,
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          // A package of theirs has the condition "source" too, and Node does not run TypeScript from node_modules.
          server: {
            deps: {
              inline: [
                /\/node_modules\/ai\//,
                /@ai-sdk\//,
                /sdk\/dist\/esm\/client\/streamableHttp/,
                /\/eventsource-parser\//,
              ],
            },
          },
          expect: waiting,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
