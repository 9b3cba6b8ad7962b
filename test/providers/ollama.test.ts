import { Ollama } from "ollama";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAsServed, loggedCall, measuringFetch } from "./measuring-fetch.ts";
import { startMock, type RunningMock } from "./start-mock-provider.ts";

let mock: RunningMock;
let wire: ReturnType<typeof measuringFetch>;

beforeAll(async () => {
  mock = await startMock();
  wire = measuringFetch(mock);
});
afterAll(() => mock.stop());

const behaving = (words: string) =>
  new Ollama({ host: `${mock.url}/ollama`, fetch: wire.fetch, headers: { "x-mock": words } });
const question = { model: "llama3.2", messages: [{ role: "user", content: "Wie spät ist es?" }] };
const cuts = ["", "chunk-size=1", "chunk-size=7; gzip"];

describe("chat", () => {
  it.each(cuts)("whole (%s)", async (cut) => {
    const answer = await behaving(`cached=80; ${cut}`).chat(question);
    expect(answer.message.content).toContain("Wie spät ist es?");
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ model: "llama3.2", stopReason: "stop", ended: true });
    expect(measured.usage?.outputTokens).toBe(answer.eval_count);
  });

  it.each(cuts)("streamed (%s)", async (cut) => {
    let text = "";
    for await (const line of await behaving(cut).chat({ ...question, stream: true })) text += line.message.content;
    const measured = await expectAsServed(mock, wire.last());
    expect(measured).toMatchObject({ usageState: "complete", ended: true, produced: { sample: text } });
  });

  it("tools", async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const weather = { type: "function", function: { name: "weather", parameters } };
    const answer = await behaving("tool").chat({ ...question, tools: [weather] });
    expect(answer.message.tool_calls).toEqual([{ function: { name: "weather", arguments: { city: "Köln" } } }]);
    expect((await expectAsServed(mock, wire.last())).produced.sample).toBe('{"city":"Köln"}');
  });

  it("without counts", async () => {
    await behaving("no-usage").chat(question);
    expect(await expectAsServed(mock, wire.last())).toMatchObject({ usageState: "absent" });
  });

  it("refused", async () => {
    await expect(behaving("status=500").chat(question)).rejects.toThrow("told to fail");
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type: "server_error" } });
  });

  it("failed inside the stream", async () => {
    const lines = await behaving("error-after=3").chat({ ...question, stream: true });
    const failed = (async () => {
      for await (const _ of lines);
    })();
    await expect(failed).rejects.toThrow("an error was encountered");
    expect(await wire.last().measured).toMatchObject({ usage: null, error: { type: "error" } });
  });

  it("left in the middle", async () => {
    const lines = await behaving("chunk-delay=2; tokens=5000").chat({ ...question, stream: true });
    let seen = 0;
    const left = (async () => {
      for await (const _ of lines) if (++seen === 5) lines.abort();
    })();
    await expect(left).rejects.toThrow();
    expect(await wire.last().measured).toMatchObject({ usageState: "absent", ended: false });
    expect(await loggedCall(mock, wire.last())).toMatchObject({ end: "aborted" });
  });
});

it("generates", async () => {
  let text = "";
  const lines = await behaving("reasoning=30").generate({ model: "llama3.2", prompt: "Why?", stream: true });
  for await (const line of lines) text += line.response;
  expect(text).toContain("Why?");
  const measured = await expectAsServed(mock, wire.last());
  expect(measured.produced.sample).toBe(`Let me think about it.${text}`);
});

it("embeds", async () => {
  const answer = await behaving("").embed({ model: "nomic-embed-text", input: ["one", "two"] });
  expect(answer.embeddings).toHaveLength(2);
  expect((await expectAsServed(mock, wire.last())).usage).toEqual({ inputTokens: answer.prompt_eval_count });
});
