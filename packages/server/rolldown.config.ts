import { defineConfig } from "rolldown";

/** One file a thread: everything is bundled, so that the installed product has no dependencies to resolve at start. */
export default defineConfig({
  input: {
    main: "src/main.ts",
    "writer-thread": "src/storage/sqlite/writer-thread.ts",
    "reader-thread": "src/storage/sqlite/reader-thread.ts",
  },
  platform: "node",
  resolve: { conditionNames: ["source", "import", "node", "default"] },
  output: { dir: "dist", format: "esm", cleanDir: false, sourcemap: false },
});
