import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fieldsOf, listOf, textOf } from "../read-values.ts";

/** What Kimi asks when nothing else is set, as it names it itself. */
export const DEFAULT_MODEL = "kimi-for-coding";

const HEAD_BYTES = 2_048;

/**
 * The model that is set, for logs that do not name it. The settings go on with keys of providers: only their head is
 * read, and of it nothing behind the first section.
 */
export async function defaultModel(home: string): Promise<string | null> {
  for (const name of ["config.toml", "config.json"]) {
    const head = await headOf(join(home, name));
    const before = head.split(/^\s*\[|"?providers"?\s*[:=]|api_key|apiKey/m)[0]!;
    const model = /^[\s{,]*"?(?:default_model|model)"?\s*[:=]\s*"([^"\n]+)"/m.exec(before)?.[1];
    if (model !== undefined) return textOf(model);
  }
  return null;
}

async function headOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return "";
  }
}

/** The name of the folder that Kimi was started in; null when nothing tells. */
export async function projectOf(home: string, workDirKey: string | null): Promise<string | null> {
  if (workDirKey === null) return null;
  // newer: the name in small letters, and a hash of the path
  const slug = /^wd_(.+)_[0-9a-f]{12}$/.exec(workDirKey)?.[1];
  if (slug !== undefined) return textOf(slug);
  // older: only a hash of the path, and a list of paths
  const path = (await knownPaths(home)).find((known) => createHash("md5").update(known).digest("hex") === workDirKey);
  return path === undefined ? null : textOf(basename(path.replaceAll("\\", "/")));
}

async function knownPaths(home: string): Promise<string[]> {
  try {
    const metadata: unknown = JSON.parse(await readFile(join(home, "kimi.json"), "utf8"));
    return listOf(fieldsOf(metadata)["work_dirs"]).flatMap((entry) => {
      const path = textOf(fieldsOf(entry)["path"]);
      return path === null ? [] : [path];
    });
  } catch {
    return [];
  }
}
