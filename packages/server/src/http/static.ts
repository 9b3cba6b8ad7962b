import { createHash } from "node:crypto";
import { readFile, readdir, stat } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Context } from "hono";
import { html } from "hono/html";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const COMPRESSIBLE = new Set([".html", ".js", ".css", ".json", ".svg", ".webmanifest", ".txt"]);
/** Vite writes the hash of a file's content into its name. */
const HASHED_NAME = /-[\w-]{8,}\.\w+$/;

interface StaticFile {
  type: string;
  bytes: Buffer;
  compressible: boolean;
  etag: string;
  cacheControl: string;
  /** Pages of any origin may load it: the components, which are the same for everybody. */
  isForOtherPages: boolean;
  /** Only of pages: what their own inline scripts need. */
  securityPolicy?: string;
  /** Made when first asked for. */
  encoded: Map<"br" | "gzip", Promise<Buffer>>;
}

/** The dashboard's files, in memory. Read again when a new build has replaced them. */
export class StaticFiles {
  readonly #folder: string;
  readonly #mountPath: string;
  readonly #timeZone: () => string;
  #writtenZone = "";
  #files: Map<string, StaticFile> = new Map();
  #builtMs = 0;

  /**
   * `mountPath`: where a browser finds the folder, `""` or `/outlay`; pages are told so in their `<base>`. `timeZone`: the
   * server's own, which the page names before it has asked anything.
   */
  constructor(folder: string, mountPath: string, timeZone: () => string) {
    this.#folder = folder;
    this.#mountPath = mountPath;
    this.#timeZone = timeZone;
  }

  /** The file of this path, or the page for every path that a page's own router knows; null: no such file. */
  async answer(c: Context): Promise<Response | null> {
    const path = c.req.path;
    if (extname(path) === "" || this.#files.size === 0) await this.#readIfChanged();
    const file = this.#files.get(path) ?? (extname(path) === "" ? this.#files.get("/index.html") : undefined);
    if (file !== undefined) return fileResponse(c, file);
    return extname(path) === "" ? notBuiltPage() : null;
  }

  async #readIfChanged(): Promise<void> {
    const index = await stat(join(this.#folder, "index.html")).catch(() => null);
    const timeZone = this.#timeZone();
    if (index === null || (index.mtimeMs === this.#builtMs && timeZone === this.#writtenZone)) return;
    this.#builtMs = index.mtimeMs;
    this.#writtenZone = timeZone;
    this.#files = await readFiles(this.#folder, { mountPath: this.#mountPath, timeZone });
  }
}

/** What a page is told by being written into it. */
interface Written {
  mountPath: string;
  timeZone: string;
}

async function readFiles(folder: string, written: Written): Promise<Map<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, StaticFile]> => {
        const path = `/${relative(folder, file).split(sep).join("/")}`;
        return [path, staticFile(path, withWritten(path, await readFile(file), written))];
      }),
    ),
  );
}

function withWritten(path: string, bytes: Buffer, { mountPath, timeZone }: Written): Buffer {
  if (extname(path) !== ".html") return bytes;
  const page = bytes.toString("utf8");
  return Buffer.from(
    page
      .replace('<base href="/"', () => `<base href="${mountPath}/"`)
      .replace('data-time-zone=""', () => `data-time-zone="${timeZone}"`),
  );
}

function staticFile(path: string, bytes: Buffer): StaticFile {
  const extension = extname(path);
  return {
    type: TYPES[extension] ?? "application/octet-stream",
    bytes,
    compressible: COMPRESSIBLE.has(extension),
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    isForOtherPages: path.startsWith("/components/"),
    cacheControl: HASHED_NAME.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
    ...(extension === ".html" ? { securityPolicy: securityPolicy(bytes.toString("utf8")) } : {}),
    encoded: new Map(),
  };
}

/** Nothing from elsewhere; inline scripts only as they were built. */
function securityPolicy(page: string): string {
  const scripts = [...page.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)];
  const hashes = scripts.map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  return [
    "default-src 'self'",
    `script-src ${["'self'", ...hashes].join(" ")}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join("; ");
}

async function fileResponse(c: Context, file: StaticFile): Promise<Response> {
  const headers: Record<string, string> = {
    "content-type": file.type,
    "cache-control": file.cacheControl,
    etag: file.etag,
    vary: "accept-encoding",
    ...(file.isForOtherPages ? { "access-control-allow-origin": "*" } : {}),
    ...(file.securityPolicy === undefined ? {} : { "content-security-policy": file.securityPolicy }),
  };
  if (c.req.header("if-none-match") === file.etag) return new Response(null, { status: 304, headers });
  const encoding = file.compressible ? acceptedEncoding(c.req.header("accept-encoding")) : null;
  if (encoding === null) return new Response(new Uint8Array(file.bytes), { headers });
  const bytes = await encoded(file, encoding);
  return new Response(new Uint8Array(bytes), { headers: { ...headers, "content-encoding": encoding } });
}

function acceptedEncoding(accepted: string | undefined): "br" | "gzip" | null {
  if (accepted === undefined) return null;
  if (/\bbr\b/.test(accepted)) return "br";
  return /\bgzip\b/.test(accepted) ? "gzip" : null;
}

function encoded(file: StaticFile, encoding: "br" | "gzip"): Promise<Buffer> {
  let bytes = file.encoded.get(encoding);
  if (bytes === undefined) {
    bytes =
      encoding === "br"
        ? promisify(brotliCompress)(file.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
        : promisify(gzip)(file.bytes);
    file.encoded.set(encoding, bytes);
  }
  return bytes;
}

function notBuiltPage(): Response {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Outlay</title>
        <style>
          :root {
            color-scheme: light dark;
            font:
              16px/1.5 system-ui,
              sans-serif;
          }
          body {
            max-width: 36rem;
            margin: 15vh auto;
            padding: 0 1rem;
          }
        </style>
      </head>
      <body>
        <h1>Outlay is running</h1>
        <p>
          The dashboard has not been built yet. Run <code>npm run build</code> in the checkout and reload this page.
        </p>
        <p>The API works: <a href="/api/docs">its documentation</a>, <a href="/api/health">its health</a>.</p>
      </body>
    </html>`;
  return new Response(String(page), {
    status: 503,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    },
  });
}
