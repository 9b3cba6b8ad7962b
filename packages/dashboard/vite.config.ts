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

export default defineConfig({
  plugins: [react(), tailwindcss(), componentsForOtherPages],
  // Relative to the page's <base>, so that Outlay can be mounted under any path.
  base: "./",
  // @outlay/core is read from its sources: the condition "source" of its package.json leads there.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: {
    outDir: "../server/dist/dashboard",
    emptyOutDir: true,
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
