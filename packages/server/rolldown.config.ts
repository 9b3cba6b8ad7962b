import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { waitForUpdate } from "@pydantic/genai-prices";
import o200k from "gpt-tokenizer/bpeRanks/o200k_base";
import { defineConfig, type Plugin } from "rolldown";

const inputs = {
  main: "src/main.ts",
  "import-main": "src/import-main.ts",
  next: "src/next.ts",
  "serve-mcp": "src/mcp/serve-mcp.ts",
  statusline: "src/statusline/fast-start.ts",
  "writer-thread": "src/storage/sqlite/writer-thread.ts",
  "reader-thread": "src/storage/sqlite/reader-thread.ts",
  "tokenizer-thread": "src/estimates/tokenizer-thread.ts",
  "carry-mail": "src/alerts/channels/smtp/carry-mail.ts",
  "write-parquet": "src/ledger/write-parquet.ts",
  "read-parquet": "src/sync/read-parquet.ts",
  "draw-report": "src/reports/draw-report.ts",
  credentials: "src/access/credentials.ts",
  "identity-provider": "src/access/identity-provider.ts",
};

/** Loaded by bin/outlay.js before Node's module loader is there. */
const COMMON_JS = new Set(["statusline"]);

/** Every message that zod could give in some other language: half of its code, and more than half of its memory. */
const englishOnly: Plugin = {
  name: "english-only",
  load: {
    filter: { id: /zod\/v4\/locales\/index\.js$/ },
    handler: () => `export { default as en } from "./en.js";`,
  },
};

/** The public price list becomes a file beside the program, so that it can be read, converted and let go of. */
const priceListAsFile: Plugin = {
  name: "price-list-as-file",
  transform: {
    filter: { id: /@pydantic\/genai-prices\/dist\/index\.js$/ },
    async handler(code) {
      const url = /"(https:[^"]*\/data\.json)"/.exec(code)?.[1];
      if (url === undefined) throw new Error("genai-prices no longer names the address of its list");
      this.emitFile({ type: "asset", fileName: "price-list.json", source: JSON.stringify(await waitForUpdate()) });
      return `
        import { readFile } from "node:fs/promises";
        export const REMOTE_DATA_JSON_URL = ${JSON.stringify(url)};
        export const waitForUpdate = async () =>
          JSON.parse(await readFile(new URL("./price-list.json", import.meta.url), "utf8"));`;
    },
  },
};

/**
 * So does the vocabulary that estimates count with: as program text it would take twice the memory, and leave half of it
 * behind in the process when its thread has ended.
 */
const vocabularyAsFile: Plugin = {
  name: "vocabulary-as-file",
  load: {
    filter: { id: /gpt-tokenizer\/esm\/bpeRanks\/o200k_base\.js$/ },
    handler() {
      this.emitFile({ type: "asset", fileName: "o200k.json", source: JSON.stringify(o200k) });
      return `
        import { readFileSync } from "node:fs";
        export default JSON.parse(readFileSync(new URL("./o200k.json", import.meta.url), "utf8"));`;
    },
  },
};

/** What reports are written with. */
const reportFonts: Plugin = {
  name: "report-fonts",
  load: {
    filter: { id: /reports\/draw-report\.ts$/ },
    async handler() {
      for (const name of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]) {
        const source = await readFile(fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`)));
        this.emitFile({ type: "asset", fileName: `fonts/${name}`, source });
      }
      return null;
    },
  },
};

/** V8 keeps a program's text in memory, and twice as large when it has characters beyond Latin-1. */
const asciiOnly: Plugin = {
  name: "ascii-only",
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      file.code = file.code.replaceAll(
        /[^\0-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
  },
};

/**
 * One file for the program and for each of its threads: everything is bundled, so that the installed product has no
 * dependencies to resolve at start. Names are kept for the sake of stack traces. The dashboard is built into
 * `dist/dashboard` by its own package.
 */
export default Object.entries(inputs).map(([name, input]) =>
  defineConfig({
    input: { [name]: input },
    platform: "node",
    resolve: { conditionNames: ["source", "import", "node", "default"] },
    plugins: [englishOnly, priceListAsFile, vocabularyAsFile, reportFonts, asciiOnly],
    output: {
      dir: "dist",
      ...(COMMON_JS.has(name) ? { format: "cjs", entryFileNames: "[name].cjs" } : { format: "esm" }),
      codeSplitting: false,
      cleanDir: false,
      sourcemap: false,
      minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    },
  }),
);
