import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kiloCode, rooCode } from "./vscode-tasks.ts";

test("tasks are found in every editor, here and on a server", async () => {
  const homeDir = realpathSync(mkdtempSync(join(tmpdir(), "outlay-vscode-")));
  try {
    const storage = ["User", "globalStorage", "kilocode.kilo-code", "tasks"];
    const places = [
      join(homeDir, ".config", "Code", ...storage),
      join(homeDir, ".config", "VSCodium", ...storage),
      join(homeDir, "Library", "Application Support", "Cursor", ...storage),
      join(homeDir, ".vscode-server", "data", ...storage),
    ];
    for (const place of places) mkdirSync(place, { recursive: true });
    expect(await kiloCode.findFolders({ env: {}, homeDir })).toEqual(places);
    expect(await rooCode.findFolders({ env: {}, homeDir })).toEqual([]);
    const env = { APPDATA: join(homeDir, ".config"), XDG_CONFIG_HOME: join(homeDir, "none") };
    expect(await kiloCode.findFolders({ env, homeDir })).toHaveLength(4);
  } finally {
    rmSync(homeDir, { recursive: true, force: true });
  }
});
