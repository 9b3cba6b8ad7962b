import { InvalidInput } from "@outlay/core";
import type { createOutlayHandlers as Declared, OutlayMount } from "../next.d.ts";
import { resolveConfig } from "./config.ts";
import { problemOf, problemResponse } from "./http/problem.ts";
import { openOutlay, type Outlay } from "./outlay.ts";

/** See `next.d.ts`, which is what applications read. */
export const createOutlayHandlers: typeof Declared = (mount) => {
  const { basePath, authorize } = mount;
  if (!/^\/[\w./-]*[\w-]$/.test(basePath)) {
    throw new TypeError(`basePath "${basePath}" must begin with a slash and end without one, as in "/outlay"`);
  }
  const opened = openOnce(mount);

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    if (url.pathname !== basePath && !url.pathname.startsWith(`${basePath}/`)) return outside(url.pathname, basePath);
    url.pathname = url.pathname.slice(basePath.length) || "/";
    const { http } = await opened.get();
    const inner = new Request(url, request);
    // The application compresses its answers itself, and Next.js drops the header of those that are compressed already.
    inner.headers.delete("accept-encoding");
    return mounted(await http.app.fetch(inner), basePath);
  };
  const handler = async (request: Request): Promise<Response> => {
    try {
      requireSameSite(request);
      const isAllowed = await authorize(request);
      if (isAllowed instanceof Response) return isAllowed;
      if (!isAllowed) throw new InvalidInput("not_allowed", NOT_ALLOWED, { status: 403 });
      return await answer(request);
    } catch (error) {
      return problemResponse(problemOf(error, "none"));
    }
  };
  return {
    GET: handler,
    HEAD: handler,
    POST: handler,
    PUT: handler,
    PATCH: handler,
    DELETE: handler,
    OPTIONS: handler,
    fetch: (input, init) => answer(new Request(input, init)),
    close: opened.close,
  };
};

const NOT_ALLOWED = "The application that Outlay is mounted in does not let this request see its costs";

interface OpenedOnce {
  get(): Promise<Outlay>;
  close(): Promise<void>;
}

/**
 * One for each data folder and process: a development server loads a module again after every change, and each of
 * them must find what is open already.
 */
function openOnce({ basePath, dataDir, timeZone }: OutlayMount): OpenedOnce {
  const resolved = resolveConfig({ flags: { dataDir, timeZone } });
  const holder = globalThis as { [OPENED]?: Map<string, Promise<{ outlay: Outlay; stopJobs: () => Promise<void> }>> };
  const all = (holder[OPENED] ??= new Map());
  const key = `${resolved.config.dataDir}\n${basePath}`;
  const open = async () => {
    const outlay = await openOutlay(resolved, { demo: false, mountPath: basePath });
    return { outlay, stopJobs: outlay.startJobs() };
  };
  return {
    async get() {
      const opening = all.get(key) ?? open();
      all.set(key, opening);
      // A folder that somebody else holds may be free at the next request.
      opening.catch(() => all.delete(key));
      return (await opening).outlay;
    },
    async close() {
      const opening = all.get(key);
      all.delete(key);
      const opened = await opening?.catch(() => null);
      await opened?.stopJobs();
      await opened?.outlay.close();
    },
  };
}

const OPENED = Symbol.for("outlay.opened");

/** A page of another site must not make a reader's browser change anything. */
function requireSameSite(request: Request): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return;
  throw new InvalidInput("cross_origin", "A web page of another origin may not change anything here", {
    field: "origin",
    status: 403,
  });
}

function outside(path: string, basePath: string): Response {
  const error = new InvalidInput("not_found", `${path} is not below ${basePath}, where Outlay is mounted`, {
    status: 404,
  });
  return problemResponse(problemOf(error, "none"));
}

/** Redirects lead below the mount, and pages may not be framed by others. */
function mounted(response: Response, basePath: string): Response {
  const location = response.headers.get("location");
  const headers = new Headers(response.headers);
  headers.set("x-content-type-options", "nosniff");
  if (location?.startsWith("/") === true) headers.set("location", basePath + location);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
