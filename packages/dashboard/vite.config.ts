import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // Relative to the page's <base>, so that Outlay can be mounted under any path.
  base: "./",
  // @outlay/core is read from its sources: the condition "source" of its package.json leads there.
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: {
    outDir: "../server/dist/dashboard",
    emptyOutDir: true,
    // The first versions that know light-dark(), on which both themes stand.
    target: ["chrome123", "firefox120", "safari17.5"],
    // The server forbids data: addresses, so that everything is a file.
    assetsInlineLimit: 0,
  },
  // `vite dev` beside a running server.
  server: { proxy: { "/api": "http://127.0.0.1:4100" } },
});
