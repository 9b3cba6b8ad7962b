import { defineConfig } from "vite";

/** The library for React: one file, React itself left to the application. Types are written by tsc. */
export default defineConfig({
  build: {
    lib: { entry: "src/index.ts", formats: ["es"], fileName: "index" },
    outDir: "dist",
    emptyOutDir: true,
    target: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: {
      external: [/^react($|\/)/, /^react-dom($|\/)/],
      // Frameworks with server components then know where these run.
      output: { banner: '"use client";' },
    },
  },
});
