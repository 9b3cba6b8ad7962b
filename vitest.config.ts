import { defineConfig } from "vitest/config";

// The packages are tested from their sources: the condition "source" of their package.json leads there.
const resolve = { conditions: ["source"] };
const ssr = { resolve: { conditions: ["source"] } };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.{ts,tsx}"],
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: "whole",
          include: ["test/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
