import { BedrockRuntimeClient } from "@aws-sdk/client-bedrock-runtime";

/** What the client needs of a request that it has signed. */
interface SignedRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** The real client, over HTTP/1 as the gateway speaks it. `words` say how the mock answers. */
export function bedrockClient(endpoint: string, words = ""): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: "us-east-1",
    endpoint,
    credentials: { accessKeyId: "AKIDMOCK", secretAccessKey: "mock" },
    maxAttempts: 1,
    requestHandler: {
      async handle({ protocol, hostname, port, path, method, headers, body }: SignedRequest) {
        const { host: _, "content-length": __, ...sent } = headers;
        const answer = await fetch(`${protocol}//${hostname}:${port}${path}`, {
          method,
          headers: { ...sent, "x-mock": words },
          body: body as Uint8Array<ArrayBuffer>,
        });
        return {
          response: { statusCode: answer.status, headers: Object.fromEntries(answer.headers), body: answer.body },
        };
      },
    },
  });
}
