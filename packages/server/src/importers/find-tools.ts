import type { BrokenLine } from "./import-logs.ts";
import type { Importer, LogFile, Place } from "./importer.ts";

/** A coding tool that is installed here, or whose logs somebody named. */
export interface FoundTool {
  importer: Importer;
  folders: string[];
  /** Each once, as it was when it was looked at; nothing has been read. */
  files: LogFile[];
  /** Folders that cannot be looked into. */
  problems: BrokenLine[];
}

/** The tools with logs on this machine. One that cannot be looked at does not keep the others from being found. */
export async function findTools(importers: readonly Importer[], place: Place): Promise<FoundTool[]> {
  const found: FoundTool[] = [];
  for (const importer of importers) {
    try {
      const folders = await importer.findFolders(place);
      if (folders.length > 0) found.push(await listTool(importer, folders));
    } catch (error) {
      found.push({ importer, folders: [], files: [], problems: [problemOf(importer.title, error)] });
    }
  }
  return found;
}

/** The logs in these folders, or these files. */
export async function listTool(importer: Importer, folders: string[]): Promise<FoundTool> {
  const files = new Map<string, LogFile>();
  const problems: BrokenLine[] = [];
  for (const folder of folders) {
    try {
      for (const file of await importer.listFiles(folder)) files.set(file.path, file);
    } catch (error) {
      problems.push(problemOf(folder, error));
    }
  }
  return { importer, folders, files: [...files.values()], problems };
}

function problemOf(file: string, error: unknown): BrokenLine {
  return { file, line: null, reason: error instanceof Error ? error.message : String(error) };
}
