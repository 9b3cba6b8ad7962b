import { join } from "node:path";
import { createContext, Script } from "node:vm";

import { rolldown } from "rolldown";
import { expect, it } from "vitest";

const source = join(import.meta.dirname, "../../packages/sdk/src");
/** What workers of every kind have; nothing of Node is among it. */
const WEB = {
  fetch: () => Promise.reject(new TypeError("no network")),
  AbortController,
  AbortSignal,
  FormData,
  Headers,
  ReadableStream,
  Request,
  Response,
  TextDecoder,
  TextEncoder,
  TransformStream,
  URL,
  crypto,
  performance,
};

/** One of the entries as a script that leaves its exports in `wrapper`. */
async function bundled(name: string): Promise<string> {
  const build = await rolldown({
    input: join(source, `${name}.ts`),
    platform: "neutral",
    resolve: { conditionNames: ["source", "import", "default"] },
    external: /^(?!\.|@outlay\/|\/)/,
  });
  const { output } = await build.generate({ format: "iife", name: "wrapper" });
  return output[0].code;
}

it.each(["fetch", "openai", "anthropic", "google", "ai-sdk", "langchain", "opentelemetry"])(
  "%s needs nothing of Node and no package",
  async (name) => {
    const code = await bundled(name);
    const context = createContext({ ...WEB });
    new Script(`${code}\nglobalThis.wrapper = wrapper`).runInContext(context);
    expect(Object.keys(context["wrapper"] as object).length).toBeGreaterThan(0);
    expect(code).not.toMatch(/\brequire\(|\bprocess\.|\bBuffer\b|ZodError/);
  },
);

it("a call is tracked there", async () => {
  const context = createContext({ ...WEB });
  const events: { usage?: object; provider?: string }[] = [];
  context["track"] = (event: object) => events.push(event);
  context["answer"] = () =>
    new Response(
      [
        'data: {"id":"c","model":"gpt-5","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}],"usage":null}',
        'data: {"id":"c","model":"gpt-5","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12}}',
        "data: [DONE]",
        "",
      ].join("\n\n"),
      { headers: { "content-type": "text/event-stream" } },
    );
  new Script(`${await bundled("fetch")}
    globalThis.result = wrapper
      .outlayFetch(async () => answer(), { outlay: { track } })("https://api.openai.com/v1/chat/completions", {
        method: "POST",
        body: JSON.stringify({ model: "gpt-5", stream: true, messages: [] }),
      })
      .then((response) => response.text());
  `).runInContext(context);
  const text = await (context["result"] as Promise<string>);
  expect(text).toContain('"content":"Hi"');
  expect(text).not.toContain("usage");
  expect(events).toMatchObject([{ provider: "openai", usage: { inputTokens: 5, outputTokens: 7 } }]);
});
