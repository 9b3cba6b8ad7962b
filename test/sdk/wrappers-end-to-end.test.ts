import Anthropic from "@anthropic-ai/sdk";
import { createOpenAI } from "@ai-sdk/openai";
import { GoogleGenAI } from "@google/genai";
import { generateText, wrapLanguageModel } from "ai";
import OpenAI from "openai";
import { expect, it, onTestFinished } from "vitest";

import { outlayMiddleware } from "../../packages/sdk/src/ai-sdk.ts";
import { withOutlay as withAnthropic } from "../../packages/sdk/src/anthropic.ts";
import { withOutlay as withGoogle } from "../../packages/sdk/src/google.ts";
import { Outlay } from "../../packages/sdk/src/node/index.ts";
import { withOutlay as withOpenAI } from "../../packages/sdk/src/openai.ts";
import { exportedEvents, verifyRollups } from "../api.ts";
import { startMock } from "../providers/start-mock-provider.ts";
import { startServer } from "../start-server.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { mockedInternet } from "./mocked-internet.ts";

it("calls of all clients arrive at the server, priced, each once and as whose they are", async () => {
  const [mock, server] = await Promise.all([startMock(), startServer({ dataDir: temporaryFolder() })]);
  onTestFinished(async () => void (await Promise.all([mock.stop(), server.stop()])));
  const outlay = new Outlay({ url: server.url, spool: false, environment: "test", watchProcessEnd: false });
  onTestFinished(async () => void (await outlay.close()));
  const { fetch } = mockedInternet(mock);
  const openai = withOpenAI(new OpenAI({ apiKey: "mock", fetch }), { outlay, agent: "dexter" });
  const anthropic = withAnthropic(new Anthropic({ apiKey: "mock", fetch }), { outlay });
  const google = withGoogle(new GoogleGenAI({ apiKey: "mock", httpOptions: { fetch } }), { outlay });
  const model = wrapLanguageModel({
    model: createOpenAI({ apiKey: "mock", fetch })("gpt-5-mini"),
    middleware: outlayMiddleware({ outlay }),
  });
  const messages = [{ role: "user" as const, content: "Hi" }];
  await outlay.with({ user: "ann", activity: "support.answer" }, async () => {
    const stream = await openai.chat.completions.create({ model: "gpt-5", messages, stream: true });
    for await (const _ of stream);
    await anthropic.messages.create({ model: "claude-haiku-4-5", max_tokens: 100, messages });
    await google.models.generateContent({ model: "gemini-2.5-flash", contents: "Hi" });
    await generateText({ model, prompt: "Hi" });
  });
  const refused = openai.chat.completions.create(
    { model: "gpt-5", messages },
    { headers: { "x-mock": "status=400" }, maxRetries: 0 },
  );
  await expect(refused).rejects.toThrow();
  await outlay.flush();

  expect(outlay.counters()).toMatchObject({ tracked: 5 });
  const events = await exportedEvents(server.url);
  const of = (name: string) => events.find((event) => event.model.startsWith(name))!;
  expect(events.map((event) => event.model).toSorted()).toEqual(
    ["claude-haiku-4-5", "gemini-2.5-flash", "gpt-5", "gpt-5", "gpt-5-mini"].toSorted(),
  );
  for (const event of events.filter(({ success }) => success !== false)) {
    expect(event.costUsd).toBeGreaterThan(0);
    expect(event).toMatchObject({ user: "ann", activity: "support.answer", category: "support", environment: "test" });
  }
  expect(of("claude")).toMatchObject({ provider: "anthropic" });
  expect(of("gemini")).toMatchObject({ provider: "google" });
  expect(events.filter(({ agent }) => agent === "dexter")).toHaveLength(2);
  expect(events.filter(({ success }) => success === false)).toHaveLength(1);
  expect(await verifyRollups(server.url)).toMatchObject({ different: 0 });
});
