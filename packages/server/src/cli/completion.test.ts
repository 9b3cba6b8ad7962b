import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { placesOf } from "./completion/words.ts";
import { zshCompletion } from "./completion/zsh.ts";
import { childrenOf, helpText, pathOf } from "./command-tree.ts";
import { describedProgram } from "./described-program.ts";
import { renderManPage } from "./render-man-page.ts";
import type { Command } from "commander";

const program = describedProgram("1.2.3");
const places = placesOf(program);
const folder = mkdtempSync(join(tmpdir(), "outlay-completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const isThere = (command: string, flag = "--version") => spawnSync(command, [flag]).status === 0;

function allCommands(command: Command): Command[] {
  return [command, ...childrenOf(command).flatMap(allCommands)];
}

describe("bash", () => {
  const script = written("outlay.bash", bashCompletion(places));

  /** What bash offers for a line, as it calls the function itself. */
  function offered(...words: string[]): string[] {
    const lines = [
      `source ${script}`,
      `COMP_WORDS=(outlay ${words.map((word) => `'${word}'`).join(" ")})`,
      `COMP_CWORD=${words.length}`,
      "_outlay",
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ];
    const answer = execFileSync("bash", ["--norc", "-c", lines.join("\n")], { encoding: "utf8" });
    return answer.split("\n").filter((line) => line !== "");
  }

  test("is told to call the function", () => {
    const answer = execFileSync("bash", ["--norc", "-c", `source ${script}; complete -p outlay`], { encoding: "utf8" });
    expect(answer.trim()).toBe("complete -o default -F _outlay outlay");
  });

  test("completes commands, flags, and the values that are known", () => {
    expect(offered("stat")).toEqual(["statusline"]);
    expect(offered("prices", "")).toEqual(
      childrenOf(program.commands.find((one) => one.name() === "prices")!).map((one) => one.name()),
    );
    expect(offered("report", "bl")).toEqual(["blocks"]);
    expect(offered("report", "daily", "--brea")).toEqual(["--breakdown"]);
    expect(offered("report", "daily", "--tz", "UTC", "--metrics", "cost,cacheR")).toEqual(["cost,cacheReadTokens"]);
    expect(offered("report", "daily", "--period", "y")).toEqual(["yesterday", "year"]);
    expect(offered("report", "daily", "--period", "=", "to")).toEqual(["today"]);
    expect(offered("query", "--filter", "mo")).toEqual([]);
    expect(offered("report", "daily", "--filter", "mo")).toEqual(["model:"]);
    expect(offered("report", "daily", "--source", "claude")).toEqual(["claude-code"]);
    expect(offered("import", "claude")).toEqual(["claude-code"]);
    expect(offered("report", "daily", "--data", `${folder}/outlay.b`)).toEqual([script]);
    expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(offered("nothing", "--unhea")).toEqual([]);
  });
});

test("zsh and fish can read their scripts", () => {
  const zsh = written("_outlay", zshCompletion(places));
  const fish = written("outlay.fish", fishCompletion(places));
  // what zsh has of its own is no mistake for bash, so a missing quote is noticed without zsh too
  execFileSync("bash", ["-n", zsh]);
  if (isThere("zsh")) execFileSync("zsh", ["-n", zsh]);
  if (isThere("fish")) execFileSync("fish", ["--no-execute", fish]);
  for (const line of fishCompletion(places)
    .split("\n")
    .filter((one) => one.startsWith("complete"))) {
    // quotes are even, those that are escaped left out
    expect(line.replaceAll(/\\['\\]/g, "").split("'").length % 2).toBe(1);
  }
});

test("the manual page has every command, and nothing that roff would misread", () => {
  const page = renderManPage("1.2.3");
  for (const command of allCommands(program).slice(1)) {
    expect(page).toContain(`\n.SS ${pathOf(command).replaceAll("-", "\\-")}\n`);
  }
  expect(page).toMatch(/^[\0-\x7f]*$/);
  const macros = new Set(page.split("\n").flatMap((line) => /^[.']\S*/.exec(line)?.[0] ?? []));
  expect([...macros].toSorted()).toEqual([".B", ".I", ".PP", ".SH", ".SS", ".TH", ".TP", ".fi", ".nf"]);
  if (isThere("groff")) {
    const { stderr, stdout } = spawnSync("groff", ["-man", "-ww", "-Tutf8", written("outlay.1", page)], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toContain("outlay report daily --source coding --breakdown");
  }
});

test("every command shows how it is used: in its own help, or in that of the command above it", () => {
  const silent = allCommands(program).filter((command) => {
    if (command === program || /Examples?:/.test(helpText(command))) return false;
    const above = command.parent === null || command.parent === program ? "" : examplesAbove(command);
    return !above.includes(pathOf(command));
  });
  expect(silent.map(pathOf)).toEqual([]);
});

function examplesAbove({ parent }: Command): string {
  return parent === null ? "" : `${helpText(parent)}\n${examplesAbove(parent)}`;
}
