import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { root, sourceFiles, visitNodes, type Node } from "./source-files.ts";

/** Codes of errors as the sources give them: `new InvalidInput(code, …)`, `note(…, code, …)`, `code: …`, `const code = …`. */
function codesInSources(): Set<string> {
  const codes = new Set<string>();
  const add = (node: unknown) => {
    for (const text of texts(node as Node)) if (/^[a-z]+(_[a-z0-9]+)+$/.test(text)) codes.add(text);
  };
  const files = sourceFiles(["packages/core/src", "packages/server/src"]).filter(
    ({ path }) => !path.endsWith(".test.ts"),
  );
  for (const file of files) {
    visitNodes(file, (node) => {
      const name = (node["callee"] as { name?: string } | undefined)?.name;
      if (node.type === "NewExpression" && (name === "InvalidInput" || name === "ProviderFailed")) {
        add((node["arguments"] as Node[])[0]);
      }
      if (node.type === "CallExpression" && (name === "note" || name === "problem")) {
        for (const argument of (node["arguments"] as Node[]).slice(0, 3)) add(argument);
      }
      if (node.type === "Property" && (node["key"] as { name?: string }).name === "code") add(node["value"]);
      if (node.type === "VariableDeclarator" && (node["id"] as { name?: string }).name === "code") add(node["init"]);
    });
  }
  return codes;
}

/** The text, or both texts of `condition ? "one" : "other"`. */
function texts(node: Node | null | undefined): string[] {
  if (node?.type === "Literal" && typeof node["value"] === "string") return [node["value"]];
  if (node?.type === "ConditionalExpression") {
    return [...texts(node["consequent"] as Node), ...texts(node["alternate"] as Node)];
  }
  return [];
}

it("every code of an error is explained in docs/errors.md, and none that does not exist", () => {
  const document = readFileSync(join(root, "docs/errors.md"), "utf8");
  const explained = [...document.matchAll(/^\| `([a-z0-9_]+)`/gm)].map((match) => match[1]!);
  expect(explained.toSorted()).toEqual([...codesInSources()].toSorted());
});
