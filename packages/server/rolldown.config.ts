import { defineConfig } from "rolldown";

const inputs = {
  main: "src/main.ts",
  "writer-thread": "src/storage/sqlite/writer-thread.ts",
  "reader-thread": "src/storage/sqlite/reader-thread.ts",
};

/**
 * One file for the program and for each of its threads: everything is bundled, so that the installed product has no
 * dependencies to resolve at start. The dashboard is built into `dist/dashboard` by its own package.
 */
export default Object.entries(inputs).map(([name, input]) =>
  defineConfig({
    input: { [name]: input },
    platform: "node",
    resolve: { conditionNames: ["source", "import", "node", "default"] },
    output: { dir: "dist", format: "esm", codeSplitting: false, cleanDir: false, sourcemap: false },
  }),
);
