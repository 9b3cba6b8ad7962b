import { ApiProblem } from "./problem.ts";
import type { Api } from "./context.ts";

/** Parameters of a request; a list repeats the parameter, absent ones are left out. */
export type Params = Record<string, string | number | string[] | undefined>;

/** Asks and parses. Throws ApiProblem when the answer is not 2xx. */
export async function getJson<T>(api: Api, path: string, params: Params = {}): Promise<T> {
  return readJson<T>(await api.request(withParams(path, params)));
}

/** Sends a JSON body and parses the answer. Throws ApiProblem when it is not 2xx. */
export async function sendJson<T>(
  api: Api,
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body: unknown,
): Promise<T> {
  const init = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return readJson<T>(await api.request(path, init));
}

/** The body of a good answer. Throws ApiProblem when it is not 2xx. */
async function readJson<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

/** What a bad answer says; also of answers that are no problem documents (a proxy's page). */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text();
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document === "object" && document !== null) {
      return new ApiProblem(response.status, document as Record<string, unknown>);
    }
  } catch {
    // not JSON: said below
  }
  return new ApiProblem(response.status, {
    title: `The server answered ${response.status} ${response.statusText}`.trim(),
  });
}

/** A path with its parameters. */
export function withParams(path: string, params: Params): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
