import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { parseAst } from "rolldown/parseAst";

export const root = join(import.meta.dirname, "..");

/** One file of ours, by its path from the root of the checkout, with everything it imports. */
export interface SourceFile {
  path: string;
  text: string;
  imports: Import[];
  /** All text between quotes, and the fixed parts of templates. */
  strings: string[];
}

export interface Import {
  /** As written: `./price.ts`, `@outlay/core`, `node:fs`. */
  specifier: string;
  /** Path from the root of the file of ours that it leads to; null for what is not ours. */
  path: string | null;
  typeOnly: boolean;
}

/** Every TypeScript and JavaScript file under the folders, sorted by path. */
export function sourceFiles(folders: string[]): SourceFile[] {
  return folders
    .flatMap((folder) => listFiles(folder))
    .filter((path) => /\.(ts|tsx|js)$/.test(path))
    .toSorted()
    .map(readSource);
}

/** Every file under the folder, what is installed or built left out. */
export function listFiles(folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .filter(({ name }) => !["node_modules", "dist", ".git", "coverage"].includes(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? listFiles(path) : [path];
    });
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  const imports: Import[] = [];
  const strings: string[] = [];
  visitNodes({ path, text }, (node) => {
    if (node.type === "Literal" && typeof node["value"] === "string") strings.push(node["value"]);
    if (node.type === "TemplateElement") strings.push((node["value"] as { cooked: string }).cooked);
    const found = importOf(node);
    if (found) imports.push({ ...found, path: ownPath(path, found.specifier) });
  });
  return { path, text, imports, strings };
}

/** A node of the syntax tree, as ESTree names them. */
export type Node = { type: string; [key: string]: unknown };

/** Shows every node of a file, outer ones first. */
export function visitNodes({ path, text }: { path: string; text: string }, see: (node: Node) => void): void {
  visit(parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }), see);
}

/** An import or re-export of any form, or a worker's file: `new URL("./writer-thread.ts", import.meta.url)`. */
function importOf(node: Node): { specifier: string; typeOnly: boolean } | null {
  const source = (node["source"] as { value?: unknown } | null | undefined)?.value;
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      if (typeof source !== "string") return null;
      return { specifier: source, typeOnly: (node["importKind"] ?? node["exportKind"]) === "type" };
    case "ImportExpression":
      return typeof source === "string" ? { specifier: source, typeOnly: false } : null;
    case "TSImportType":
      return typeof source === "string" ? { specifier: source, typeOnly: true } : null;
    case "NewExpression": {
      const [first] = node["arguments"] as { value?: unknown }[];
      const isUrl = (node["callee"] as { name?: string }).name === "URL";
      const isFile = typeof first?.value === "string" && /^\.\.?\/.*\.tsx?$/.test(first.value);
      return isUrl && isFile ? { specifier: first.value as string, typeOnly: false } : null;
    }
    default:
      return null;
  }
}

function ownPath(from: string, specifier: string): string | null {
  if (specifier === "@outlay/core") return "packages/core/src/index.ts";
  if (specifier === "@outlay/providers") return "packages/providers/src/index.ts";
  if (specifier === "@outlay/react") return "packages/react/src/index.ts";
  if (!specifier.startsWith(".")) return null;
  // Vite reads what a file is imported as from behind a question mark.
  return relative(root, resolve(root, dirname(from), specifier.replace(/\?.*$/, "")));
}

function visit(node: unknown, see: (node: Node) => void): void {
  if (Array.isArray(node)) for (const item of node) visit(item, see);
  else if (node !== null && typeof node === "object") {
    if (typeof (node as Node).type === "string") see(node as Node);
    for (const value of Object.values(node)) visit(value, see);
  }
}
