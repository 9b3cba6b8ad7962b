import type { PostAnswer, PostRequest } from "./platform.ts";

/**
 * Sends a request with `fetch`, or with `send` in its place. `keepalive`: it goes on when its page is left; such bodies
 * may have 64 kB in all.
 */
export async function fetchPost(
  request: PostRequest,
  keepalive = false,
  send: typeof fetch = fetch,
): Promise<PostAnswer> {
  const { url, headers, body, timeoutMs } = request;
  const answer = await send(url, {
    method: "POST",
    headers,
    body: body as Uint8Array<ArrayBuffer>,
    signal: AbortSignal.timeout(timeoutMs),
    // A redirected POST may become a GET that is answered with 200.
    redirect: "manual",
    ...(keepalive ? { keepalive } : {}),
  });
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), text: await answer.text() };
}

/** Compresses with what browsers and edges bring along; null where they do not. */
export const streamGzip =
  typeof CompressionStream === "function"
    ? async (body: Uint8Array): Promise<Uint8Array> => {
        const stream = new Blob([body as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
        return new Uint8Array(await new Response(stream).arrayBuffer());
      }
    : null;
