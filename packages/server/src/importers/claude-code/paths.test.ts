import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFolders, listFiles } from "./paths.ts";

let homeDir: string;
beforeEach(() => {
  homeDir = realpathSync(mkdtempSync(join(tmpdir(), "outlay-paths-")));
});
afterEach(() => rmSync(homeDir, { recursive: true, force: true }));

function add(path: string, content?: string): string {
  const full = join(homeDir, path);
  mkdirSync(content === undefined ? full : join(full, ".."), { recursive: true });
  if (content !== undefined) writeFileSync(full, content);
  return full;
}

async function found(env: Record<string, string> = {}): Promise<string[]> {
  return (await findFolders({ env, homeDir })).map((folder) => relative(homeDir, folder));
}

test("both homes of Claude Code are looked in, and another one for configurations", async () => {
  expect(await found()).toEqual([]);
  add(".claude/projects");
  expect(await found()).toEqual([".claude/projects"]);
  add(".config/claude/projects");
  add("xdg/claude/projects");
  expect(await found()).toEqual([".config/claude/projects", ".claude/projects"]);
  expect(await found({ XDG_CONFIG_HOME: join(homeDir, "xdg") })).toEqual(["xdg/claude/projects", ".claude/projects"]);
});

test("CLAUDE_CONFIG_DIR stands for them: several with commas, each the folder or its projects", async () => {
  add(".claude/projects");
  add("one/projects");
  add("two/projects");
  const named = `${join(homeDir, "one")}, ~/two/projects,${join(homeDir, "nowhere")}`;
  expect(await found({ CLAUDE_CONFIG_DIR: named })).toEqual(["one/projects", "two/projects"]);
  expect(await found({ CLAUDE_CONFIG_DIR: "" })).toEqual([".claude/projects"]);
});

test("a folder and a link to it are one", async () => {
  add(".claude/projects");
  add(".config");
  symlinkSync(join(homeDir, ".claude"), join(homeDir, ".config/claude"));
  expect(await found()).toEqual([".claude/projects"]);
});

test("transcripts are found at any depth; links are not followed, other files left alone", async () => {
  const projects = add(".claude/projects");
  const paths = [
    "-home-dev-app/one.jsonl",
    "-home-dev-app/one/deep.jsonl",
    "-home-dev-app/one/subagents/agent-x.jsonl",
  ];
  for (const path of paths) add(`.claude/projects/${path}`, "{}\n");
  add(".claude/projects/-home-dev-app/notes.md", "");
  symlinkSync(projects, join(projects, "circle"));
  const files = await listFiles(projects);
  expect(files.map(({ path }) => relative(projects, path)).toSorted()).toEqual(paths.toSorted());
  expect(await listFiles(join(homeDir, ".claude"))).toEqual(files);
  expect(await listFiles(join(projects, paths[2]!))).toMatchObject([{ folder: projects, sizeBytes: 3 }]);
});

test("a folder that may not be looked into is named, and what lies beside it is found", async () => {
  const projects = add(".claude/projects");
  add(".claude/projects/-home-dev-app/one.jsonl", "{}\n");
  const closed = add(".claude/projects/-home-dev-closed");
  chmodSync(closed, 0o000);
  chmodSync(homeDir, 0o755);
  const files = await withoutRoot(() => listFiles(projects));
  chmodSync(closed, 0o700);
  expect(files.map(({ path }) => relative(projects, path)).toSorted()).toEqual([
    "-home-dev-app/one.jsonl",
    "-home-dev-closed",
  ]);
});

/** Root may look into everything: a user without rights asks in its place. */
async function withoutRoot<T>(ask: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return ask();
  process.seteuid?.(65_534);
  try {
    return await ask();
  } finally {
    process.seteuid?.(0);
  }
}
