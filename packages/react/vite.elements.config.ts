import { defineConfig } from "vite";

/** The web components: the same components drawn by Preact, in one file that needs nothing else. */
export default defineConfig({
  resolve: {
    alias: [
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
      { find: "react-dom/client", replacement: "preact/compat/client" },
      { find: /^react-dom$/, replacement: "preact/compat" },
      { find: /^react$/, replacement: "preact/compat" },
    ],
  },
  define: { "process.env.NODE_ENV": '"production"' },
  build: {
    // Also without line breaks, which Vite leaves in libraries.
    rolldownOptions: { output: { minify: true } },
    lib: { entry: "src/elements/elements.ts", formats: ["es"], fileName: "elements" },
    outDir: "dist",
    emptyOutDir: false,
    target: ["chrome123", "firefox120", "safari17.5"],
  },
});
