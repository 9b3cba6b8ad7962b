import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { BASES, DIMENSIONS, METRICS, PERIOD_NAMES, TIME_UNITS } from "@outlay/core";
import { describe, expect, it } from "vitest";

import { listFiles, root, sourceFiles } from "./source-files.ts";

const packageFiles = sourceFiles(["packages", "catalogue"]);
const isTest = (path: string) => /\.(test|fixture)\.tsx?$/.test(path);
/** What people run; tests may import anything. */
const product = packageFiles.filter(({ path }) => /^catalogue\/|\/src\//.test(path) && !isTest(path));
const parts = readImportTable(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));

interface Part {
  name: string;
  /** Folders, with a slash at their end, and files. */
  where: string[];
  /** "everything", or names of parts; `typesOnly` are those of which only types may be imported. */
  mayImport: Set<string> | "everything";
  typesOnly: Set<string>;
}

/** The table under the heading "Who may import whom": part | where | may import. */
function readImportTable(markdown: string): Part[] {
  const section = markdown.split("\n## ").find((text) => text.startsWith("Who may import whom")) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => {
    const [name, where, mayImport] = row.split("|").slice(1, 4) as [string, string, string];
    const names = [...mayImport.matchAll(/`([^`]+)`( \(types\))?/g)];
    return {
      name: /`([^`]+)`/.exec(name)![1]!,
      where: [...where.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
      mayImport: mayImport.trim() === "everything" ? "everything" : new Set(names.map((match) => match[1]!)),
      typesOnly: new Set(names.filter((match) => match[2]).map((match) => match[1]!)),
    };
  });
}

function partOf(path: string): Part | undefined {
  return parts.find(({ where }) =>
    where.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place)),
  );
}

describe("the import table of ARCHITECTURE.md", () => {
  it("has a row for every file, and a place for every row", () => {
    expect(parts.length).toBeGreaterThan(5);
    expect(product.filter(({ path }) => !partOf(path)).map(({ path }) => path)).toEqual([]);
    expect(parts.flatMap(({ where }) => where).filter((place) => !existsSync(join(root, place)))).toEqual([]);
    const names = new Set(parts.map(({ name }) => name));
    const allowed = parts.flatMap(({ mayImport }) => (mayImport === "everything" ? [] : [...mayImport]));
    expect(allowed.filter((name) => !names.has(name))).toEqual([]);
  });

  it("is kept by every import", () => {
    const broken = product.flatMap((file) => {
      const from = partOf(file.path)!;
      return file.imports
        .filter(({ path }) => path !== null)
        .filter((found) => {
          const to = partOf(found.path!);
          if (to === from || from.mayImport === "everything") return false;
          if (!to || !from.mayImport.has(to.name)) return true;
          return from.typesOnly.has(to.name) && !found.typeOnly;
        })
        .map(({ path, typeOnly }) => `${file.path} imports ${typeOnly ? "types of " : ""}${path}`);
    });
    expect(broken).toEqual([]);
  });

  it("allows nothing that no file uses", () => {
    const used = new Set(
      product.flatMap(({ path, imports }) =>
        imports.map((found) => `${partOf(path)?.name} → ${found.path === null ? "" : partOf(found.path)?.name}`),
      ),
    );
    const allowed = parts.flatMap(({ name, mayImport }) =>
      mayImport === "everything" ? [] : [...mayImport].map((to) => `${name} → ${to}`),
    );
    expect(allowed.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  it("has no circle of parts", () => {
    const arrows = new Map(
      parts.map(({ name, mayImport }) => [name, mayImport === "everything" ? [] : [...mayImport]]),
    );
    expect(circles(arrows)).toEqual([]);
  });
});

describe("the sources", () => {
  it("lead to files that exist", () => {
    const lost = packageFiles.flatMap(({ path, imports }) =>
      imports
        .filter((found) => found.path !== null && !existsSync(join(root, found.path)))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(lost).toEqual([]);
  });

  it("have no circle of imports, those of types alone left out", () => {
    const arrows = new Map(
      product.map(({ path, imports }) => [
        path,
        imports.flatMap((found) => (found.path === null || found.typeOnly ? [] : [found.path])),
      ]),
    );
    expect(circles(arrows)).toEqual([]);
  });

  it("keep SQL and its driver inside storage; databases of other programs are only read, by importers", () => {
    const sql =
      /\b(SELECT\s[^]*\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s+\w)/;
    const writing =
      /\b(INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s+\w)/;
    const importers = "packages/server/src/importers/";
    const outside = product.filter(({ path, strings, imports }) => {
      if (path.startsWith("packages/server/src/storage/")) return false;
      const kept = path.startsWith(importers) ? writing : sql;
      const hasDriver = imports.some(({ specifier }) => specifier === "node:sqlite");
      return strings.some((text) => kept.test(text)) || (hasDriver && path !== `${importers}load-sqlite.ts`);
    });
    expect(outside.map(({ path }) => path)).toEqual([]);
    const storage = product.filter(({ path }) => path.startsWith("packages/server/src/storage/"));
    expect(storage.some(({ strings }) => strings.some((text) => sql.test(text)))).toBe(true);
  });

  it("keep core free of any runtime, and the dashboard free of Node", () => {
    const bound = product
      .filter(({ path }) => /^packages\/(core|dashboard)\//.test(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => specifier.startsWith("node:"))
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
    expect(bound).toEqual([]);
    const coreImports = product
      .filter(({ path }) => path.startsWith("packages/core/"))
      .flatMap(({ imports }) => imports);
    const outside = new Set(coreImports.filter(({ path }) => path === null).map(({ specifier }) => specifier));
    expect([...outside].toSorted()).toEqual(["temporal-polyfill", "zod"]);
  });

  it("have folders named after subjects", () => {
    const kinds = /(^|\/)(utils?|helpers?|common|shared|services?|misc|lib)(\/|\.[tj]sx?$)/;
    const all = ["packages", "test", "benchmarks", "scripts"].flatMap(listFiles);
    expect(all.filter((path) => kinds.test(path))).toEqual([]);
  });

  it("have nothing left to do, and say nothing of who wrote them", () => {
    const marks =
      /\b(TODO|FIXME|XXX|HACK)\b|@author\b|co-authored-by|(written|generated|made) by (an? )?(ai|llm|assistant|claude|copilot|chatgpt)\b/i;
    const texts = [
      ...sourceFiles(["packages", "test", "benchmarks", "scripts"]),
      ...listFiles(".")
        .filter((path) => /\.(md|css|html|yaml|yml)$/.test(path))
        .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
    ];
    const others = texts.filter(({ path }) => path !== "test/architecture.test.ts");
    expect(
      others.filter(({ text }) => marks.test(text)).map(({ path, text }) => `${path}: ${marks.exec(text)![0]}`),
    ).toEqual([]);
  });
});

describe("GLOSSARY.md", () => {
  const glossary = readFileSync(join(root, "GLOSSARY.md"), "utf8");
  const explained = new Set([...glossary.matchAll(/`([^`\s]+)`/g)].map((match) => match[1]!));

  it.each([
    ["metrics", Object.keys(METRICS)],
    ["dimensions", DIMENSIONS],
    ["bases", BASES],
    ["periods", PERIOD_NAMES],
    ["time units", TIME_UNITS],
  ])("names all %s", (_, names) => {
    expect(names.filter((name) => !explained.has(name))).toEqual([]);
  });
});

describe("the checkout", () => {
  it("has a lock file without addresses, so that it works with any registry", () => {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const installed = Object.entries(lock.packages).filter(([path]) => path.startsWith("node_modules/"));
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(([, entry]) => entry.resolved?.includes("://")).map(([path]) => path)).toEqual([]);
    expect(installed.filter(([, entry]) => !entry.link && !entry.integrity).map(([path]) => path)).toEqual([]);
  });

  it("leads from its documents only to files that exist", () => {
    const documents = listFiles(".").filter((path) => path.endsWith(".md"));
    const lost = documents.flatMap((document) => {
      const links = [...readFileSync(join(root, document), "utf8").matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)];
      return links
        .map((match) => match[1]!)
        .filter((target) => !target.includes("://") && !target.startsWith("mailto:"))
        .filter((target) => !existsSync(join(root, document, "..", target)))
        .map((target) => `${document} → ${target}`);
    });
    expect(lost).toEqual([]);
  });
});

/** The circles in a graph, each once, as the path that closes it. */
function circles(arrows: Map<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const walk = (node: string) => {
    const start = path.indexOf(node);
    if (start >= 0) found.push([...path.slice(start), node].join(" → "));
    if (start >= 0 || done.has(node)) return;
    path.push(node);
    for (const next of arrows.get(node) ?? []) walk(next);
    path.pop();
    done.add(node);
  };
  for (const node of arrows.keys()) walk(node);
  return found;
}
