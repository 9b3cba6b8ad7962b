import { spawnSync } from "node:child_process";

import { findChromium } from "./find-chromium.ts";

/**
 * Finds Chromium, or installs Debian's package where that is allowed without asking anybody.
 * Throws with what to do by hand otherwise.
 */
export function ensureChromium(): string {
  const found = findChromium() ?? (installDebianPackage() ? findChromium() : null);
  if (found) return found;
  throw new Error(
    process.env["CHROMIUM_PATH"]
      ? `CHROMIUM_PATH is "${process.env["CHROMIUM_PATH"]}", which is not a program that can be run.`
      : "The browser tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to its program.",
  );
}

function installDebianPackage(): boolean {
  if (process.env["CHROMIUM_PATH"]) return false;
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  if (!succeeds([...asRoot, "apt-get", "--version"])) return false;
  const environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
  return (
    succeeds([...asRoot, ...environment, "apt-get", "update"]) &&
    succeeds([
      ...asRoot,
      ...environment,
      "apt-get",
      "install",
      "-y",
      "--no-install-recommends",
      "chromium",
      "fonts-liberation",
    ])
  );
}

function succeeds([program, ...args]: string[]): boolean {
  return spawnSync(program!, args, { stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
