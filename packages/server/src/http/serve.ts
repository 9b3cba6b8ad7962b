import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { InvalidInput } from "@outlay/core";
import type { App } from "./route.ts";
import { PROBLEM_TYPE, problemOf, problemResponse } from "./problem.ts";

/** Sent with every answer; pages replace the content security policy by their own. */
const SECURITY_HEADERS = Object.entries({
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
});

/** Time for the headers, for the whole request, and for a connection at rest. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 300_000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** How long a stopping server waits for requests that are being answered. */
const DRAIN_TIMEOUT_MS = 10_000;
/** Connections that wait to be accepted: a burst of thousands is queued by the kernel instead of refused. */
const BACKLOG = 16_384;

/** A server that listens. */
export interface ListeningServer {
  /** Where a browser finds it, without a slash at the end. */
  url: string;
  /** Stops accepting, lets running requests finish for ten seconds, then cuts what is left. */
  close(): Promise<void>;
}

/** Answers some requests itself, without the application; true when it has taken this one. */
export interface DirectHandler {
  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
}

/** Serves the application on an address; `first` is asked before it. Throws InvalidInput `port_in_use` or `cannot_listen`. */
export async function serve(
  app: App,
  address: { host: string; port: number },
  first: DirectHandler,
): Promise<ListeningServer> {
  const listener = getRequestListener((request, env) => app.fetch(request, env as object), {
    hostname: address.host,
    errorHandler: (error) => problemResponse(problemOf(badRequest(error), "none")),
  });
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16_384,
      noDelay: true,
    },
    (incoming: IncomingMessage, outgoing: ServerResponse) => {
      if (first.handle(incoming, outgoing)) return;
      for (const [name, value] of SECURITY_HEADERS) outgoing.setHeader(name, value);
      void listener(incoming, outgoing);
    },
  );
  server.on("clientError", answerClientError);
  await listen(server, address);
  return { url: urlOf(server, address.host), close: () => close(server) };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen({ host, port, backlog: BACKLOG }, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new InvalidInput(
      "port_in_use",
      `Port ${port} on ${host} is taken by another program; choose another one with --port or OUTLAY_PORT`,
      { field: "port" },
    );
  }
  if (error.code === "EACCES" || error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new InvalidInput("cannot_listen", `Cannot listen on ${host}, port ${port}: ${error.message}`, {
      field: error.code === "EACCES" ? "port" : "host",
    });
  }
  return error;
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // a connection that is kept alive becomes idle only when its answer has gone out
  const release = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
  await closed;
  clearInterval(release);
  clearTimeout(cut);
}

/** What the adapter refuses before the application sees it: a Host or an address that is none. */
function badRequest(error: unknown): InvalidInput {
  const reason = error instanceof Error ? error.message : "not understood";
  return new InvalidInput("malformed_request", `The request cannot be understood: ${reason}`);
}

/** What Node's parser refuses: it never becomes a request, so the answer is written by hand. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // as Node's own handler does: an answer that has begun cannot be replaced
  const { _httpMessage: answer } = socket as { _httpMessage?: { headersSent: boolean } | null };
  const begun = answer?.headersSent === true;
  if (error.code === "ECONNRESET" || !socket.writable || begun) {
    socket.destroy();
    return;
  }
  const problem = problemOf(clientError(error), "none");
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function clientError(error: NodeJS.ErrnoException): InvalidInput {
  if (error.code === "HPE_HEADER_OVERFLOW") {
    return new InvalidInput("headers_too_large", "The headers are larger than 16384 bytes", { status: 431 });
  }
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new InvalidInput("request_timeout", "The request did not arrive within its time", { status: 408 });
  }
  if (error.code === "HPE_INVALID_EOF_STATE") {
    return new InvalidInput("incomplete_body", "The connection ended before the request was complete");
  }
  return new InvalidInput("malformed_request", `The request is not HTTP: ${error.message}`);
}
