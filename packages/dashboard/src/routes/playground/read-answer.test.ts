import { expect, test } from "vitest";
import { readAnswer } from "./read-answer.ts";
import type { ChatLanguage } from "../../api/providers.ts";

async function textOf(language: ChatLanguage, response: Response): Promise<string> {
  let text = "";
  await readAnswer(response, language, (piece) => (text += piece));
  return text;
}
const stream = (...pieces: unknown[]) =>
  new Response(pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join("") + "data: [DONE]\n\n", {
    headers: { "content-type": "text/event-stream; charset=utf-8" },
  });

test("reads the text of every language's stream", async () => {
  const openai = stream(
    { choices: [{ delta: { role: "assistant" } }] },
    { choices: [{ delta: { content: "Hé" } }] },
    { choices: [] },
  );
  expect(await textOf("openai", openai)).toBe("Hé");
  const anthropic = stream(
    { type: "message_start" },
    { type: "content_block_delta", delta: { type: "text_delta", text: "Hé" } },
    { type: "message_delta", delta: { stop_reason: "end_turn" } },
  );
  expect(await textOf("anthropic", anthropic)).toBe("Hé");
  const parts = [{ text: "I think", thought: true }, { text: "Hé" }];
  expect(await textOf("google", stream({ candidates: [{ content: { parts } }] }))).toBe("Hé");
});

test("reads an answer that is no stream", async () => {
  expect(await textOf("openai", Response.json({ choices: [{ message: { content: "Hi" } }] }))).toBe("Hi");
  expect(await textOf("anthropic", Response.json({ content: [{ text: "Hi" }, { text: "!" }] }))).toBe("Hi!");
});

test.each([
  [JSON.stringify({ error: { message: "Incorrect API key" } }), "Incorrect API key"],
  [JSON.stringify({ detail: "There is no provider" }), "There is no provider"],
  [JSON.stringify({ error: "no" }), "no"],
  ["<h1>Bad gateway</h1>", "<h1>Bad gateway</h1>"],
  ["", "The answer was 502, without a reason."],
])("says why it was refused: %s", async (body, message) => {
  await expect(textOf("openai", new Response(body, { status: 502 }))).rejects.toMatchObject({ status: 502, message });
});

test("says what failed inside a stream, after the text that came before", async () => {
  const pieces: string[] = [];
  const broken = stream({ choices: [{ delta: { content: "Hi" } }] }, { error: { message: "overloaded" } });
  await expect(readAnswer(broken, "openai", (text) => pieces.push(text))).rejects.toMatchObject({
    status: null,
    message: "overloaded",
  });
  expect(pieces).toEqual(["Hi"]);
});
