import { serverUrl } from "./server-url.ts";

declare global {
  /** What index.html has asked before the page's script had come, by path with its query. */
  var outlayEarly: Map<string, Promise<Response>> | undefined;
}

/** Asks before anybody wants to know. The answer serves once. */
export function askEarly(path: `/${string}`): Promise<Response> {
  const answer = fetch(serverUrl(path), { headers: { accept: "application/json" } });
  globalThis.outlayEarly ??= new Map();
  globalThis.outlayEarly.set(path, answer);
  // Whoever takes it hears of its failure.
  answer.catch(() => undefined);
  return answer;
}

/** The answer that was asked for early, if it was; only the first time. */
export function takeEarly(path: string): Promise<Response> | undefined {
  const answer = globalThis.outlayEarly?.get(path);
  globalThis.outlayEarly?.delete(path);
  return answer;
}
