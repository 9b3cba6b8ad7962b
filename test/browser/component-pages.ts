import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

import { rolldown } from "rolldown";

/** A web server with pages of somebody else: they use the built components, as an application would. */
export interface ComponentPages {
  url: string;
  stop: () => Promise<void>;
}

/** Serves these texts by their paths. */
export async function serveComponentPages(pages: Record<string, string>): Promise<ComponentPages> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const page = pages[path];
    const type = TYPES[extname(path)] ?? "text/html";
    response.writeHead(page === undefined ? (path === "/favicon.ico" ? 204 : 404) : 200, {
      "content-type": `${type}; charset=utf-8`,
      // Strict, as an application may be: no inline style, nothing evaluated.
      "content-security-policy": "default-src 'self'; script-src 'self' http://127.0.0.1:*; connect-src *",
    });
    response.end(page ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The page that uses the React components, as one script. With the built package, not its sources: what an application installs. */
export async function bundleReactPage(): Promise<string> {
  const build = await rolldown({
    input: join(import.meta.dirname, "component-pages/react-page.tsx"),
    platform: "browser",
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
  });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  return output[0].code;
}

const TYPES: Record<string, string> = { ".js": "text/javascript", ".css": "text/css" };
