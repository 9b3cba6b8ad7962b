import { readFileSync } from "node:fs";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";
import type { Plugin } from "vite";

import { firstPicture } from "./first-picture-plugin.ts";

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

const FIRST_VISIT = ["/dashboard/src/main.tsx", "/dashboard/src/routes/overview/overview.tsx"];

/** What the index of our components leads to, and only lists of calls need. */
const COMPONENTS = /[\\/]react[\\/]src[\\/](?!index|format|api)/;

/** Is it one of these modules, or imported by them, directly or not? Not the entry itself, which stays a script. */
const isOfFirstVisit = (() => {
  let found: Set<string> | undefined;
  return (id: string, graph: ModuleGraph): boolean => {
    if (found === undefined) {
      found = new Set();
      const folder = import.meta.dirname.replace(/\/dashboard$/, "").replaceAll("\\", "/");
      const toFollow = FIRST_VISIT.map((path) => folder + path);
      for (let next = toFollow.pop(); next !== undefined; next = toFollow.pop()) {
        if (found.has(next) || COMPONENTS.test(next)) continue;
        found.add(next);
        toFollow.push(...(graph.getModuleInfo(next)?.importedIds ?? []));
      }
    }
    return found.has(id) && !id.endsWith(FIRST_VISIT[0] as string);
  };
})();

interface ModuleGraph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

export default defineConfig({
  plugins: [react(), tailwindcss(), componentsForOtherPages, firstPicture()],
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
          groups: [
            { name: "libraries", test: LIBRARIES_OF_EVERY_PAGE },
            // The frame and the overview in one script: what the first visit needs, and most of what other pages are made of.
            { name: (id, graph) => (isOfFirstVisit(id, graph) ? "first" : null) },
            // The rest of what many pages share. By itself each small module would be a script of its own.
            { name: "shared", minShareCount: 5 },
          ],
        },
      },
    },
    modulePreload: { polyfill: false },
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
