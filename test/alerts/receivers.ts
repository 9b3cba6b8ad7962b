import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import type { SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";

/** What came in one request. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  json: Record<string, unknown>;
}

/** How the next request is answered; default: 200 `ok`. `hang` never answers. */
export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  hang?: boolean;
}

/** Certificate and key of `localhost` and 127.0.0.1, its own authority. */
export const certificate = readFileSync(join(import.meta.dirname, "localhost.pem"), "utf8");

/** A real HTTP server on loopback that keeps what it was sent. */
export async function startHttpReceiver(options: { tls?: boolean; port?: number } = {}) {
  const received: Received[] = [];
  const answers: ScriptedAnswer[] = [];
  const listener: RequestListener = (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const json = (body.startsWith("{") ? JSON.parse(body) : {}) as Record<string, unknown>;
      received.push({ path: request.url ?? "", headers: request.headers, body, json });
      const { status = 200, headers = {}, body: text = "ok", hang } = answers.shift() ?? {};
      if (hang) return;
      response.writeHead(status, headers).end(text);
    });
  };
  const server = options.tls
    ? createHttpsServer({ key: certificate, cert: certificate }, listener)
    : createHttpServer(listener);
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((done) => server.close(done));
  };
  onTestFinished(close);
  return { received, answers, port, url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}`, close };
}

/** An e-mail as it came over the wire. */
export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and body, undecoded. */
  raw: string;
  secure: boolean;
  user: string | undefined;
}

/** A real SMTP server on loopback that keeps what it was sent. */
export async function startSmtpReceiver(options: SMTPServerOptions & { port?: number } = {}) {
  const received: ReceivedMail[] = [];
  const { port: wantedPort = 0, ...rest } = options;
  const server = new SMTPServer({
    key: certificate,
    cert: certificate,
    authOptional: true,
    logger: false,
    ...rest,
    onData(stream, session, callback) {
      let raw = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => (raw += chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          secure: session.secure,
          user: session.user,
        });
        callback(null, "queued as 42");
      });
    },
  });
  // a client that does not believe the certificate goes away; that is what some tests want
  server.on("error", () => {});
  server.listen(wantedPort, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  const close = () => new Promise<void>((done) => server.close(() => done()));
  onTestFinished(close);
  return { received, port, close };
}
