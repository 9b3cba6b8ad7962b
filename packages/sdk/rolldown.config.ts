import { existsSync } from "node:fs";

import { defineConfig } from "rolldown";

/** The client itself: a file for each place where it runs. */
const platforms = { node: "src/node/index.ts", edge: "src/edge/index.ts", browser: "src/browser/index.ts" };
/** What is put around the clients of others, for all places alike. */
const wrappers = ["fetch", "openai", "anthropic", "google", "ai-sdk", "langchain", "opentelemetry"]
  .map((name) => [name, `src/${name}.ts`] as const)
  .filter(([, path]) => existsSync(path));

const resolve = { conditionNames: ["source", "import", "default"] };
const minify = { compress: true, mangle: true, codegen: { removeWhitespace: true } } as const;

export default [
  ...Object.entries(platforms).map(([name, input]) =>
    defineConfig({
      input: { [name]: input },
      platform: name === "node" ? "node" : "neutral",
      resolve,
      output: { dir: "dist", format: "esm", codeSplitting: false, cleanDir: false, minify },
    }),
  ),
  ...(wrappers.length === 0
    ? []
    : [
        defineConfig({
          input: Object.fromEntries(wrappers),
          platform: "neutral",
          resolve,
          // Peers of the application: never bundled, and imported as types only.
          external: /^(?!\.|@outlay\/|\/)/,
          output: { dir: "dist", format: "esm", chunkFileNames: "parts/[name].js", cleanDir: false, minify },
        }),
      ]),
];
