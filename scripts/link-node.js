// Makes `node` of npm scripts and of npx the Node 24 that came with the installation. npm 11 does it by itself; npm 9
// and 10 lose the link, because the packages for the other platforms, which they leave out, have a program of that name too.
import { existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";

const modules = new URL("../node_modules/", import.meta.url);
const link = new URL(".bin/node", modules);
const packageName =
  existsSync(modules) && readdirSync(modules).find((name) => /^node-(bin-)?(linux|darwin)-/.test(name));

if (packageName && !existsSync(link)) {
  mkdirSync(new URL(".bin/", modules), { recursive: true });
  symlinkSync(`../${packageName}/bin/node`, link);
}
