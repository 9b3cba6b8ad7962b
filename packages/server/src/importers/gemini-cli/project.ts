import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fieldsOf, textOf } from "../read-values.ts";

/** The path that a project's folder below `tmp` stands for, or else its name; null when that is only a hash. */
export async function projectPath(projectFolder: string | null): Promise<string | null> {
  if (projectFolder === null) return null;
  const written = textOf(await readIfThere(join(projectFolder, ".project_root")));
  if (written !== null) return written;
  const name = basename(projectFolder);
  const isHash = /^[0-9a-f]{64}$/.test(name);
  const known = await knownProjects(join(dirname(dirname(projectFolder)), "projects.json"));
  const path = Object.keys(known).find((candidate) =>
    isHash ? sha256(candidate) === name : known[candidate] === name,
  );
  return path ?? (isHash ? null : name);
}

/** `{"projects": {"<path>": "<name of its folder>"}}` */
async function knownProjects(path: string): Promise<Record<string, unknown>> {
  try {
    return fieldsOf(fieldsOf(JSON.parse((await readIfThere(path)) ?? "{}"))["projects"]);
  } catch {
    return {};
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
