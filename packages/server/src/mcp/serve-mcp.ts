import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { Readable, Writable } from "node:stream";
import { createMcpServer, type McpServerOptions } from "./create-mcp-server.ts";

interface StreamOptions extends McpServerOptions {
  stdin: Readable;
  stdout: Writable;
}

/** Speaks the Model Context Protocol on the two streams until the first one ends. */
export async function serveMcp(options: StreamOptions): Promise<void> {
  const { stdin, stdout } = options;
  const server = createMcpServer(options);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  stdin.once("end", resolve);
  stdin.once("close", resolve);
  await server.connect(new StdioServerTransport(stdin, stdout));
  await ended;
  await server.close();
}

/**
 * Answers one request of the protocol's Streamable HTTP transport, whose JSON is `message`. Each request stands for itself:
 * there are no sessions, and nothing is kept of it.
 */
export async function answerMcp(request: Request, message: unknown, options: McpServerOptions): Promise<Response> {
  const server = createMcpServer(options);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    return await transport.handleRequest(asExpected(request), { parsedBody: message });
  } finally {
    await server.close();
  }
}

/** The answer is JSON whatever the client would also take, so a client that says less is answered too. */
function asExpected({ url, method, headers }: Request): Request {
  const said = new Headers(headers);
  said.set("accept", "application/json, text/event-stream");
  said.set("content-type", "application/json");
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) said.delete(name);
  return new Request(url, { method, headers: said });
}
