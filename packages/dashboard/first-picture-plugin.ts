import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build, defaultClientConditions } from "vite";
import type { Plugin, Rolldown } from "vite";

/**
 * Makes index.html a first picture of its own, which needs nothing else to be painted: its styles and the small scripts that
 * are to run before the page's own lie within it, and it names what the browser should fetch at once.
 */
export function firstPicture(): Plugin[] {
  return [
    {
      name: "first-picture:place",
      apply: "build",
      // Before the bundler makes scripts of the page's own part of it.
      transformIndexHtml: { order: "pre", handler: (html) => html.replace(SCRIPTS, (_, name) => `<!--${name}-->`) },
    },
    {
      name: "first-picture",
      apply: "build",
      transformIndexHtml: {
        order: "post",
        async handler(html, { bundle }) {
          if (bundle === undefined) return html;
          const picture = await bundled("./src/first-picture.ts");
          const theme = readFileSync(new URL("./public/theme.js", import.meta.url), "utf8");
          return html
            .replace("<!--theme-->", () => inlineScript(theme))
            .replace("<!--first-picture-->", () => inlineScript(picture))
            .replaceAll(/\s*<link rel="(?:stylesheet|modulepreload)"[^>]*>/g, "")
            .replace(/\s*<script type="module"[^>]*><\/script>/, "")
            .replace("</body>", () => `${inlineScript(startOf(bundle))}</body>`)
            .replace("</head>", () => `${preloads(bundle)}<style>${stylesOf(bundle)}</style></head>`);
        },
      },
    },
  ];
}

/** The scripts of index.html that go into it, by the names of their files. */
const SCRIPTS = /<script [^>]*src="(?:\/src)?\/?(theme|first-picture)\.[jt]s"><\/script>/g;

const inlineScript = (text: string) => `<script>${text.trim().replaceAll("</script", "<\\/script")}</script>`;

/** All style sheets. Their files lie beside the page from now on, not beside each other. */
function stylesOf(bundle: Rolldown.OutputBundle): string {
  const sheets = Object.values(bundle).filter(({ fileName }) => fileName.endsWith(".css"));
  return sheets
    .map((sheet) => ("source" in sheet ? String(sheet.source) : ""))
    .join("\n")
    .replaceAll("url(./", "url(assets/");
}

/**
 * Starts the page's own script after the first picture has been painted; libraries before it, on their own, so that what
 * somebody does meanwhile comes in between. A page in the background paints nothing, and does not wait.
 */
function startOf(bundle: Rolldown.OutputBundle): string {
  const scripts = ownScripts(bundle).map((file) => JSON.stringify(`./${file}`));
  return `{
  const start = async () => { ${scripts.map((file) => `await import(${file});`).join(" ")} };
  if (document.visibilityState === "hidden") start();
  else requestAnimationFrame(() => setTimeout(start));
}`;
}

/** Fetched at once: the page's own scripts, and the font of nearly all text. */
function preloads(bundle: Rolldown.OutputBundle): string {
  const font = Object.keys(bundle).find((file) => /inter-latin-wght-normal.*\.woff2$/.test(file));
  return [
    ...ownScripts(bundle).map((file) => `<link rel="modulepreload" crossorigin href="${file}">`),
    ...(font === undefined ? [] : [`<link rel="preload" as="font" type="font/woff2" crossorigin href="${font}">`]),
  ].join("");
}

/** The page's entry with all that it imports, what is imported first. */
function ownScripts(bundle: Rolldown.OutputBundle): string[] {
  const files: string[] = [];
  const seen = new Set<string>();
  const add = (file: string) => {
    const chunk = bundle[file];
    if (seen.has(file) || chunk?.type !== "chunk") return;
    seen.add(file);
    chunk.imports.forEach(add);
    files.push(file);
  };
  for (const chunk of Object.values(bundle)) if (chunk.type === "chunk" && chunk.isEntry) add(chunk.fileName);
  return files;
}

/** A module with all that it imports, as one script. */
async function bundled(path: string): Promise<string> {
  const made = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    resolve: { conditions: ["source", ...defaultClientConditions] },
    build: {
      write: false,
      target: ["chrome123", "firefox120", "safari17.5"],
      lib: { entry: fileURLToPath(new URL(path, import.meta.url)), formats: ["iife"], name: "firstPicture" },
      minify: true,
    },
  });
  const outputs = Array.isArray(made) ? made : [made];
  const [chunk] = outputs.flatMap((one) => ("output" in one ? one.output : []));
  if (chunk?.type !== "chunk") throw new Error(`nothing was made of ${path}`);
  return chunk.code;
}
