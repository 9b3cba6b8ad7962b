import { readFileSync } from "node:fs";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import type { Plugin } from "vite";

/** The web components for other pages, built by their own package before: served at `/components/outlay.js`. */
const componentsForOtherPages: Plugin = {
  name: "components-for-other-pages",
  generateBundle() {
    const source = readFileSync(new URL("../react/dist/elements.js", import.meta.url), "utf8");
    this.emitFile({ type: "asset", fileName: "components/outlay.js", source });
  },
};

/** React, the router and the questions: needed before anything can be shown. */
const LIBRARIES_OF_EVERY_PAGE =
  /node_modules[\\/](?:react|react-dom|scheduler|@tanstack[\\/](?:query-core|react-query|react-router|router-core|history|react-store|store))[\\/]/;

export default defineConfig({
  plugins: [react(), tailwindcss(), componentsForOtherPages],
  // Relative to the page's <base>, so that Outlay can be mounted under any path.
  base: "./",
  // @outlay/core is read from its sources: the condition "source" of its package.json leads there.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: {
    outDir: "../server/dist/dashboard",
    emptyOutDir: true,
    rolldownOptions: {
      output: {
        // The names of all that share it would make a name of a hundred letters.
        chunkFileNames: ({ name }) => `assets/${name.split("~")[0]}-[hash].js`,
        codeSplitting: {
          // What many pages share comes in a few scripts of a useful size. By itself each small module would be a script
          // of its own: 51 requests for a first visit of the overview instead of 18.
          groups: [
            { name: "libraries", test: LIBRARIES_OF_EVERY_PAGE },
            { name: "shared", minShareCount: 5, entriesAware: true, entriesAwareMergeThreshold: 20_000 },
          ],
        },
      },
    },
    // Tells which scripts belong to which page; a test adds up their sizes.
    manifest: true,
    // The first versions that know light-dark(), on which both themes stand.
    target: ["chrome123", "firefox120", "safari17.5"],
    // The server forbids data: addresses, so that everything is a file.
    assetsInlineLimit: 0,
  },
  // `vite dev` beside a running server.
  server: { proxy: { "/api": "http://127.0.0.1:4100" } },
});
