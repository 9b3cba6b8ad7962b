import type { Api } from "./cli/context.ts";

/** The REST interface of a server, asked with a key. */
export function askServer(url: string, key: string | undefined): Api {
  const base = url.replace(/\/+$/, "");
  return { where: base, request: (path, init) => fetch(base + path, withKey(init, key)), close: async () => {} };
}

/** A request that carries the key, if there is one. */
export function withKey(init: RequestInit | undefined, key: string | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  if (key !== undefined && key !== "") headers.set("authorization", `Bearer ${key}`);
  return { ...init, headers };
}
