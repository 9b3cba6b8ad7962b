import { takeEarly } from "./early.ts";
import { serverUrl } from "./server-url.ts";

/** The server said no. `code` is stable; `detail` is a sentence for people. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  /** Of what was sent, the field that is wrong. */
  readonly field: string | null;

  constructor(status: number, code: string, detail: string, field: string | null = null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** The server did not answer at all. */
class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor(cause: unknown) {
    super("The Outlay server does not answer.", { cause });
  }
}

/** Asks the server that the page came from. Rejects with ApiProblem or Unreachable; an abort stays an abort. */
export async function getJson<T>(path: `/${string}`, params: URLSearchParams, signal: AbortSignal): Promise<T> {
  const query = params.toString();
  return answerOf<T>(query === "" ? path : `${path}?${query}`, { signal });
}

/** Changes something there. Rejects as `getJson` does. */
export async function sendJson<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: `/${string}`,
  body?: unknown,
): Promise<T> {
  return answerOf<T>(path, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
}

async function answerOf<T>(path: `/${string}`, init: RequestInit): Promise<T> {
  const headers = { accept: "application/json", ...init.headers };
  const early = init.method === undefined ? takeEarly(path) : undefined;
  const response = await (early ?? fetch(serverUrl(path), { ...init, headers })).catch((cause: unknown) => {
    if (init.signal?.aborted === true) throw cause;
    throw new Unreachable(cause);
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  const problem = (body ?? {}) as { code?: string; detail?: string; title?: string; field?: string };
  throw new ApiProblem(
    response.status,
    problem.code ?? "no_problem_document",
    problem.detail ?? problem.title ?? `The server answered ${response.status} without saying why.`,
    problem.field ?? null,
  );
}
