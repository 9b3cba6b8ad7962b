/** What a server answered. */
export interface Reply<T = Record<string, unknown>> {
  status: number;
  json: T & { code?: string; field?: string; detail?: string };
  headers: Headers;
}

/** Somebody with a browser: keeps cookies as it would, and names its own origin when it writes. */
export interface Visitor {
  ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>;
  /** By name, as the server has set them. */
  cookies: Map<string, string>;
  /** The last line Set-Cookie for each name, with its attributes. */
  lines: Map<string, string>;
}

export function visitor(url: string): Visitor {
  const cookies = new Map<string, string>();
  const lines = new Map<string, string>();
  return {
    cookies,
    lines,
    async ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const address = path.startsWith("http") ? path : url + path;
      const answer = await fetch(address, {
        method,
        redirect: "manual",
        headers: {
          ...(cookies.size === 0 ? {} : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(method === "GET" ? {} : { origin: new URL(url).origin }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        const equals = pair.indexOf("=");
        const name = pair.slice(0, equals);
        lines.set(name, line);
        if (/;\s*max-age=0/i.test(line)) cookies.delete(name);
        else cookies.set(name, pair.slice(equals + 1));
      }
      const text = await answer.text();
      const isJson = answer.headers.get("content-type")?.includes("json") === true;
      return {
        status: answer.status,
        json: (isJson ? JSON.parse(text) : { text }) as Reply<T>["json"],
        headers: answer.headers,
      };
    },
  };
}
