import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { isWanted } from "./wanted-attributes.ts";

const root = join(import.meta.dirname, "../../../..");
/** Where attributes are read. */
const READERS = [
  "packages/providers/src/telemetry",
  "packages/server/src/telemetry/langfuse-spans.ts",
  "packages/server/src/telemetry/read-log.ts",
  "packages/server/src/telemetry/coding-tools.ts",
];
/** Names with dots that are names of something else: spans, events, scopes. */
const NO_ATTRIBUTES = /^(ai\.toolCall|com\.anthropic\.claude_code|(codex|response)\.\w+)$/;

function sources(): string[] {
  return READERS.flatMap((path) => {
    if (path.endsWith(".ts")) return [join(root, path)];
    const files = readdirSync(join(root, path)).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
    return files.map((file) => join(root, path, file));
  });
}

it("every attribute that is read anywhere is decoded", () => {
  const names = sources().flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/"([a-z]\w*(?:\.\w+)+\.?)"/g)].map((match) => match[1]!),
  );
  expect(names.length).toBeGreaterThan(150);
  const passedOver = names
    .filter((name) => !NO_ATTRIBUTES.test(name))
    .filter((name) => !isWanted(name.endsWith(".") ? `${name}story` : name));
  expect(passedOver).toEqual([]);
});

it.each([
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.content",
  "gen_ai.tool.call.arguments",
  "llm.input_messages.0.message.content",
  "llm.output_messages.0.message.content",
  "llm.invocation_parameters",
  "llm.prompts.0.content",
  "input.value",
  "output.value",
  "ai.prompt",
  "ai.prompt.messages",
  "ai.response.text",
  "ai.response.toolCalls",
  "ai.value",
  "traceloop.entity.input",
  "langfuse.observation.input",
  "langfuse.trace.output",
  "embedding.embeddings.0.embedding.text",
  "http.request.header.authorization",
  "db.statement",
  "prompt",
  "exception.stacktrace",
])("what people and models wrote is passed over: %s", (name) => {
  expect(isWanted(name)).toBe(false);
});
