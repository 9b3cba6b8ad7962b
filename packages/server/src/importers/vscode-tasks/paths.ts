import { join } from "node:path";
import { existingFolders, filesBelow } from "../find-logs.ts";
import type { Importer, LogFile, Place } from "../importer.ts";

/** Editors that are VS Code, or made of it. */
const EDITORS = ["Code", "Code - Insiders", "VSCodium", "Cursor", "Windsurf"];
/** Where they keep their data on a machine that somebody works on from another. */
const SERVERS = [".vscode-server", ".vscode-server-insiders", ".vscodium-server", ".cursor-server", ".windsurf-server"];

/** The folders with the tasks of an extension, in every editor. */
export function finderOf(extensions: string[]): Importer["findFolders"] {
  return (place) => {
    const storages = dataFolders(place).map((data) => join(data, "User", "globalStorage"));
    return existingFolders(storages.flatMap((storage) => extensions.map((name) => join(storage, name, "tasks"))));
  };
}

/** Of Linux, macOS and Windows; a machine has those of one. */
function dataFolders({ env, homeDir }: Place): string[] {
  const parents = [
    env["XDG_CONFIG_HOME"]?.trim() || join(homeDir, ".config"),
    join(homeDir, "Library", "Application Support"),
    env["APPDATA"]?.trim() || join(homeDir, "AppData", "Roaming"),
  ];
  return [
    ...parents.flatMap((parent) => EDITORS.map((name) => join(parent, name))),
    ...SERVERS.map((name) => join(homeDir, name, "data")),
  ];
}

/** `tasks/<task>/ui_messages.json` */
export function listFiles(path: string): Promise<LogFile[]> {
  return filesBelow(path, (name) => name === "ui_messages.json", "tasks");
}
