import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { root } from "../source-files.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const folder = join(root, "packages/react");
const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
  dependencies?: object;
  peerDependencies: Record<string, string>;
};

/** The package as the registry would hand it out, in the folder of an application that has nothing but React. */
function install(): string {
  const app = temporaryFolder();
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", app], { cwd: folder, encoding: "utf8" });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  execFileSync("tar", ["-xzf", join(app, filename), "-C", app]);
  mkdirSync(join(app, "node_modules/@outlay"), { recursive: true });
  mkdirSync(join(app, "node_modules/@types"));
  cpSync(join(app, "package"), join(app, "node_modules/@outlay/react"), { recursive: true });
  for (const name of ["react", "react-dom", "@types/react", "@types/react-dom", "csstype"]) {
    symlinkSync(join(root, "node_modules", name), join(app, "node_modules", name));
  }
  return app;
}

test("needs nothing but React", () => {
  expect(manifest.dependencies).toBeUndefined();
  expect(Object.keys(manifest.peerDependencies)).toEqual(["react", "react-dom"]);
  const imports = readFileSync(join(folder, "dist/index.js"), "utf8").matchAll(/^import .* from "([^"]+)";$/gm);
  const names = new Set([...imports].map((match) => match[1]!));
  expect([...names].toSorted()).toEqual(["react", "react-dom", "react/jsx-runtime"]);
});

test("its types stand alone, also where libraries are checked", () => {
  const app = install();
  writeFileSync(
    join(app, "app.tsx"),
    `import { CostBadge, OutlayProvider, SessionCosts, useLiveCosts, type OutlayEvent } from "@outlay/react";
import { OutlayCostBadgeElement } from "@outlay/react/elements";

function Today({ event }: { event: OutlayEvent }) {
  const { today, sum } = useLiveCosts({ filter: ({ user }) => user === "u-1" });
  return <p>{today?.cost} {sum.calls} <CostBadge event={event} thresholds={{ highUsd: 1 }} /></p>;
}
export const page = (event: OutlayEvent) => (
  <OutlayProvider url="https://outlay.example.com" apiKey="outlay_…">
    <Today event={event} />
    <CostBadge eventId="e-1" />
    <CostBadge costUsd={null} inputTokens={12} />
    <SessionCosts mode="drawer" open onClose={() => {}} user="u-1" />
  </OutlayProvider>
);
// @ts-expect-error -- a badge of nothing
export const nothing = <CostBadge />;
const badge: OutlayCostBadgeElement = document.createElement("outlay-cost-badge");
badge.event = null;
`,
  );
  writeFileSync(
    join(app, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        jsx: "react-jsx",
        target: "ES2022",
        lib: ["ES2022", "DOM", "DOM.Iterable"],
        module: "preserve",
        moduleResolution: "bundler",
        types: [],
      },
      include: ["app.tsx"],
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const check = () => execFileSync(process.execPath, [tsc, "-p", app], { encoding: "utf8" });
  let complaints = "";
  try {
    check();
  } catch (error) {
    complaints = (error as { stdout: string }).stdout;
  }
  expect(complaints).toBe("");
});

test("is rendered on a server without a browser, with the amount in its text", () => {
  const app = install();
  writeFileSync(
    join(app, "server.mjs"),
    `import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { CostBadge, OutlayProvider, SessionCosts } from "@outlay/react";
console.log(renderToString(h(OutlayProvider, { url: "http://localhost" }, h(CostBadge, { costUsd: 0.0042 }), h(CostBadge, { costUsd: null }), h(SessionCosts, {}))));`,
  );
  const html = execFileSync(process.execPath, [join(app, "server.mjs")], { encoding: "utf8", cwd: app });
  expect(html.trim()).toBe(
    '<span data-outlay="">$0.0042</span><span data-outlay="">unpriced</span><div data-outlay=""></div>',
  );
});

test("stays small", () => {
  const packed = (file: string) => gzipSync(readFileSync(join(folder, "dist", file))).length;
  expect(packed("index.js")).toBeLessThan(20_000);
  // With Preact in it.
  expect(packed("elements.js")).toBeLessThan(25_000);
  expect(statSync(join(folder, "dist/elements.js")).size).toBeGreaterThan(20_000);
});
