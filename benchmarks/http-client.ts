import { Agent, request } from "node:http";

/** A client that costs little beside the server that it measures: node:http with connections kept open. */
export class HttpClient {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, connections = 4) {
    this.#url = url;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  post(path: string, body: Buffer, contentType = "application/json"): Promise<unknown> {
    return this.#send(path, body, contentType);
  }

  get(path: string): Promise<unknown> {
    return this.#send(path, null, "application/json");
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(path: string, body: Buffer | null, contentType: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const headers = body ? { "content-type": contentType, "content-length": body.length } : {};
      const options = { method: body ? "POST" : "GET", agent: this.#agent, headers };
      const call = request(`${this.#url}${path}`, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("error", reject);
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200) resolve(contentType === "application/json" ? JSON.parse(text) : text);
          else reject(new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`));
        });
      });
      call.on("error", reject);
      call.end(body ?? undefined);
    });
  }
}
