import { readFileSync } from "node:fs";
import type { StatuslineAnswer } from "../insights/statusline.ts";

/**
 * Asks the server that runs on the data folder, if there is one; null when it does not answer in time. Written for one
 * question to one's own machine: `fetch` alone takes longer to load than all of this may last.
 */
export async function askServer(dataDir: string, path: string, timeoutMs: number): Promise<StatuslineAnswer | null> {
  const server = readServer(dataDir);
  if (server === null || timeoutMs <= 0) return null;
  const answer = await exchange(server, path, timeoutMs);
  const body = answer === null ? -1 : answer.indexOf("\r\n\r\n");
  if (answer === null || body === -1 || !/^HTTP\/1\.\d 200 /.test(answer)) return null;
  try {
    return JSON.parse(answer.slice(body + 4)) as StatuslineAnswer;
  } catch {
    return null;
  }
}

interface Server {
  hostname: string;
  port: number;
  host: string;
  token: string;
}

/** As running-server.ts writes it. */
function readServer(dataDir: string): Server | null {
  try {
    const { url, ownerToken } = JSON.parse(readFileSync(`${dataDir}/server.json`, "utf8")) as Record<string, unknown>;
    if (typeof url !== "string" || typeof ownerToken !== "string") return null;
    const { protocol, hostname, port, host } = new URL(url);
    if (protocol !== "http:") return null;
    return { hostname: hostname.replaceAll(/[[\]]/g, ""), port: Number(port || 80), host, token: ownerToken };
  } catch {
    return null;
  }
}

/** HTTP/1.0: the answer comes in one piece, and ends with the connection. */
function exchange({ hostname, port, host, token }: Server, path: string, timeoutMs: number): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  // only loaded when somebody is asked, and not by an import, for which Node would load its module loader
  const { connect } = process.getBuiltinModule("node:net");
  const socket = connect({ host: hostname, port });
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => {
    resolve(null);
    socket.destroy();
  }, timeoutMs);
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => resolve(null));
  socket.on("close", () => {
    clearTimeout(timer);
    resolve(Buffer.concat(chunks).toString("utf8"));
  });
  socket.write(`GET ${path} HTTP/1.0\r\nhost: ${host}\r\nauthorization: Bearer ${token}\r\nconnection: close\r\n\r\n`);
  return promise;
}
