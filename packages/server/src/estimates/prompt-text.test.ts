import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { promptText } from "./prompt-text.ts";

const weather = {
  name: "get_weather",
  description: "Get the current weather",
  parameters: {
    type: "object",
    properties: {
      city: { type: "string", description: "Name of the city" },
      unit: { type: "string", enum: ["C", "F"] },
    },
    required: ["city"],
    additionalProperties: false,
  },
};
const weatherText = "get_weather\nGet the current weather\ncity\nstring\nName of the city\nunit\nstring\nC\nF";
const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg";

/** A request of each dialect, and what the model reads of it. */
const BODIES: [name: string, body: unknown, text: string, facts: object][] = [
  [
    "OpenAI chat",
    {
      model: "gpt-5",
      user: "u-1",
      metadata: { a: "b" },
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", name: "ann", content: [{ type: "text", text: "Hello" }] },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Rome"}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "sunny" },
      ],
      tools: [{ type: "function", function: weather }],
      stream: true,
    },
    `${weatherText}\nBe brief.\nann\nHello\nget_weather\n{"city":"Rome"}\nsunny`,
    { messages: 4, tools: 1 },
  ],
  [
    "OpenAI responses",
    {
      model: "gpt-5",
      instructions: "Be brief.",
      input: [
        { role: "user", content: [{ type: "input_text", text: "Hello" }] },
        { type: "function_call", call_id: "c1", name: "get_weather", arguments: "{}" },
        { type: "function_call_output", call_id: "c1", output: "sunny" },
      ],
    },
    "Be brief.\nHello\nget_weather\n{}\nsunny",
    { messages: 3 },
  ],
  ["a plain input", { input: "Hello" }, "Hello", {}],
  ["embeddings", { input: ["one", "two"] }, "one\ntwo", {}],
  [
    "Anthropic messages",
    {
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      tools: [{ name: weather.name, description: weather.description, input_schema: weather.parameters }],
      messages: [
        { role: "user", content: "Hello" },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Hm.", signature: "EuYBCkQYAiJA" },
            { type: "tool_use", id: "toolu_1", name: "get_weather", input: { city: "Rome", days: [1, 2], now: true } },
          ],
        },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "sunny" }] }],
        },
        {
          role: "user",
          content: [{ type: "document", source: { type: "text", media_type: "text/plain", data: "A letter." } }],
        },
      ],
    },
    `Be brief.\n${weatherText}\nHello\nHm.\nget_weather{"city":"Rome","days":[1,2],"now":true}\nsunny\nA letter.`,
    { messages: 4, tools: 1 },
  ],
  [
    "Gemini",
    {
      systemInstruction: { parts: [{ text: "Be brief." }] },
      tools: [{ functionDeclarations: [weather] }],
      contents: [
        { role: "user", parts: [{ text: "Hello" }] },
        { role: "model", parts: [{ functionCall: { name: "get_weather", args: { city: "Rome" } } }] },
        { role: "user", parts: [{ functionResponse: { name: "get_weather", response: { sky: null } } }] },
      ],
    },
    `Be brief.\n${weatherText}\nHello\nget_weather{"city":"Rome"}\nget_weather{"sky":null}`,
    { messages: 3, tools: 1 },
  ],
  [
    "Cohere",
    {
      preamble: "Be brief.",
      chat_history: [{ role: "USER", message: "Hi" }],
      documents: [{ data: { title: "Letter", snippet: "Dear all" } }],
      message: "Hello",
    },
    "Be brief.\nHi\nLetter\nDear all\nHello",
    { messages: 1 },
  ],
  [
    "Bedrock converse",
    {
      system: [{ text: "Be brief." }, { cachePoint: { type: "default" } }],
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: weather.name,
              description: weather.description,
              inputSchema: { json: weather.parameters },
            },
          },
        ],
      },
      messages: [
        { role: "user", content: [{ text: "Hello" }] },
        {
          role: "assistant",
          content: [{ toolUse: { toolUseId: "t1", name: "get_weather", input: { city: "Rome" } } }],
        },
        { role: "user", content: [{ toolResult: { toolUseId: "t1", content: [{ json: { sky: "blue" } }] } }] },
      ],
    },
    `Be brief.\n${weatherText}\nHello\nget_weather{"city":"Rome"}{"sky":"blue"}`,
    { messages: 3, tools: 1 },
  ],
  ["Ollama generate", { model: "llama3", system: "Be brief.", prompt: "Hello", stream: false }, "Be brief.\nHello", {}],
  ["text completion", { prompt: ["one", "two"], suffix: "end" }, "one\ntwo\nend", {}],
];

describe("the text of a prompt", () => {
  it.each(BODIES)("is read from %s", (_, body, text, facts) => {
    expect(promptText(body)).toEqual({ characters: text.length, sample: text, ...facts });
  });

  it.each([
    ["OpenAI", { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: picture } }] }] }],
    ["OpenAI responses", { input: [{ role: "user", content: [{ type: "input_image", image_url: picture }] }] }],
    [
      "OpenAI audio",
      { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "AAAA" } }] }] },
    ],
    ["OpenAI file", { input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }] }],
    ["Anthropic", { messages: [{ content: [{ type: "image", source: { type: "base64", data: "AAAA" } }] }] }],
    ["Anthropic PDF", { messages: [{ content: [{ type: "document", source: { type: "url", url: "https://x" } }] }] }],
    ["Gemini", { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }] }],
    ["Gemini file", { contents: [{ parts: [{ fileData: { fileUri: "gs://x" } }] }] }],
    ["Bedrock", { messages: [{ content: [{ image: { format: "png", source: { bytes: "AAAA" } } }] }] }],
    ["Ollama", { messages: [{ role: "user", content: "", images: "AAAA" }] }],
    ["numbers of tokens", { input: [1, 2, 3] }],
    ["lists of numbers of tokens", { input: [[1, 2, 3]] }],
  ])("is not all there is with a picture, a sound or a file: %s", (_, body) => {
    const text = promptText(body);
    expect(text.uncountable).toBe(1);
    expect(text.sample).toBe("");
  });

  it("keeps its beginning only, and counts the rest", () => {
    const text = promptText({ messages: [{ role: "user", content: "x".repeat(1_000_000) }] });
    expect(text.characters).toBe(1_000_000);
    expect(text.sample).toBe("x".repeat(16_384));
  });

  it("is nothing where there is no body", () => {
    for (const body of [undefined, null, "text", 5, [], {}])
      expect(promptText(body)).toEqual({ characters: 0, sample: "" });
  });

  it("may be nested as deeply as JSON can be", () => {
    let body: unknown = "deep";
    for (let depth = 0; depth < 40_000; depth += 1) body = [body];
    expect(promptText({ input: body }).sample).toBe("deep");
    for (let depth = 0; depth < 40_000; depth += 1) body = { content: body };
    expect(promptText({ input: body })).toMatchObject({ characters: 0, uncountable: 1 });
  });

  it("is given up when there are more parts than anybody writes, and that is said", () => {
    const text = promptText({ input: Array.from({ length: 3_000_000 }, () => "a") });
    expect(text.uncountable).toBe(1);
    expect(text.characters).toBeLessThan(200_000);
  });

  it("is found in anything without failing", () => {
    const field = fc.constantFrom(
      "messages",
      "content",
      "input",
      "tools",
      "type",
      "source",
      "function",
      "args",
      "__proto__",
    );
    const { body } = fc.letrec((tie) => ({
      body: fc.oneof(
        { depthSize: "small" },
        fc.jsonValue(),
        fc.constantFrom("tool_use", "image", "document", "text"),
        fc.array(tie("body"), { maxLength: 4 }),
        fc.dictionary(field, tie("body"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(body, (value) => {
        const text = promptText({ messages: value, tools: value, system: value });
        expect(text.sample.length).toBe(Math.min(text.characters, 16_384));
      }),
      { numRuns: 500 },
    );
  });
});
