import type { MiddlewareHandler } from "hono";

/**
 * Lets pages of the named origins read the API, as the components on them do. Reading only: what writes is refused
 * to every other origin (guards.ts). `*` is none of them: a page that anybody may write could read everything.
 */
export function allowOrigins(origins: () => readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header("origin");
    const isAllowed = origin !== undefined && origins().includes(origin) && c.req.path.startsWith("/api/v1/");
    const asked = c.req.header("access-control-request-method");
    if (isAllowed && c.req.method === "OPTIONS" && asked !== undefined) {
      return new Response(null, { status: 204, headers: { ...readable(origin), ...PREFLIGHT } });
    }
    await next();
    if (!isAllowed) return undefined;
    for (const [name, value] of Object.entries(readable(origin))) c.res.headers.set(name, value);
    return undefined;
  };
}

const readable = (origin: string) => ({ "access-control-allow-origin": origin, vary: "origin" });

const PREFLIGHT = {
  "access-control-allow-methods": "GET",
  "access-control-allow-headers": "authorization",
  "access-control-max-age": "600",
};
