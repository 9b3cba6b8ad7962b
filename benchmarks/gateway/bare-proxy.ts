/** The yardstick: node:http and undici, and nothing that is not needed to pass a request on. Argument: where to. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { Pool } from "undici";

const pool = new Pool(process.argv[2]!);
const OF_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "host"]);

const server = createServer({ noDelay: true, keepAliveTimeout: 65_000 }, (incoming, outgoing) => {
  const headers: Record<string, string | string[] | undefined> = {};
  for (const name in incoming.headers) if (!OF_CONNECTION.has(name)) headers[name] = incoming.headers[name];
  pool.stream(
    { path: incoming.url!, method: "POST", headers, body: incoming },
    ({ statusCode, headers: answered }) => {
      delete answered["connection"];
      delete answered["keep-alive"];
      delete answered["transfer-encoding"];
      return outgoing.writeHead(statusCode, answered);
    },
    (error) => {
      if (error) outgoing.destroy();
    },
  );
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
