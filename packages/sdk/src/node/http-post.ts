import { Agent as HttpAgent, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { PostAnswer, PostRequest } from "../platform.ts";

/** More of an answer than this is not read, in bytes. */
const MAX_ANSWER_BYTES = 4_000_000;
const CONNECTIONS = 4;

/**
 * Sends requests over kept connections that do not keep the process alive. Not `fetch`: frameworks put their own in
 * its place, which cache and trace what goes through, and it cannot be told to let the process end.
 */
export function httpPost(): { post: (request: PostRequest) => Promise<PostAnswer>; close: () => void } {
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  return {
    post: (request) => send(request, agents),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

export const gzipBody: (body: Uint8Array) => Promise<Uint8Array> = promisify<Uint8Array, Uint8Array>((body, done) =>
  gzip(body, { level: 1 }, done),
);

function send(
  { url, headers, body, timeoutMs }: PostRequest,
  agents: { http: HttpAgent; https: HttpsAgent },
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const secure = url.startsWith("https:");
    const call = (secure ? requestHttps : requestHttp)(
      url,
      {
        method: "POST",
        agent: secure ? agents.https : agents.http,
        headers: { ...headers, "content-length": body.length },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) call.destroy(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`));
          else chunks.push(chunk);
        });
        answer.on("error", reject);
        answer.on("end", () => {
          clearTimeout(timer);
          const retryAfter = answer.headers["retry-after"] ?? null;
          resolve({ status: answer.statusCode ?? 0, retryAfter, text: Buffer.concat(chunks).toString() });
        });
      },
    );
    // Over all, not only between two bytes: a server that sends a byte now and then is as good as none.
    const timer = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    timer.unref();
    call.on("socket", (socket) => socket.unref());
    call.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    call.end(body);
  });
}
