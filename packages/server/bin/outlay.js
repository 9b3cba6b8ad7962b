#!/usr/bin/env node
// A CommonJS program: a status line has to be there within some milliseconds, and Node takes five of them to load its module loader.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const dist = join(__dirname, "../dist");

// Says what is wrong in one sentence where the program itself could only fail to parse or to load.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `outlay: Node ${process.versions.node} is too old; it needs 22.18 or newer. In a checkout, run it as "npx outlay".`,
  );
  process.exit(1);
}
void start();

async function start() {
  // The status line is a small program of its own: the rest could not be loaded in time.
  if (process.argv[2] === "statusline" && existsSync(join(dist, "statusline.cjs"))) {
    if (await require("../dist/statusline.cjs").startStatusline(process.argv.slice(3))) return;
  }
  // Commands that read logs are a smaller program of their own: they run often, and mostly find nothing new.
  const isImport = ["import", "watch"].includes(process.argv[2]);
  const main = join(dist, isImport ? "import-main.js" : "main.js");
  if (!existsSync(main)) {
    console.error('outlay: not built yet; run "npm run build" first.');
    process.exit(1);
  }
  // Compiled code is kept between runs, which saves a fifth of the time of a start; where it cannot be kept, nothing happens.
  const { enableCompileCache } = require("node:module");
  enableCompileCache?.();
  // What the program is made of is kept anyway: loading it need not make the space for short-lived objects grow. The
  // program lets it grow again when it begins to work.
  const { setFlagsFromString } = require("node:v8");
  setFlagsFromString("--semi-space-growth-factor=1");
  // Nor is it worth the last optimizing compiler, of which five megabytes would stay in memory. The program turns it on when
  // it begins to work; what reads logs does not, as it is done before that would pay.
  setFlagsFromString("--no-turbofan");
  // It leaves garbage only, of which V8 would let three times as much gather as it has kept.
  if (isImport) setFlagsFromString("--heap-growing-percent=100");
  await import(pathToFileURL(main).href);
}
