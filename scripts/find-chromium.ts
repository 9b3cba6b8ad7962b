import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_PATHS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium that browser tests drive: `CHROMIUM_PATH`, else the first one known by name; null when there is none. */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM_PATH"];
  if (named) return isProgram(named) ? named : null;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter(Boolean);
  const candidates = [
    ...[...folders, "/usr/bin"].flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...MAC_PATHS,
  ];
  return candidates.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
