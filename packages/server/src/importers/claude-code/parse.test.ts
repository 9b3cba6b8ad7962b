import { expect, test } from "vitest";
import { lineReader } from "./parse.ts";
import { projectOf } from "./project.ts";
import { providerOf } from "./provider.ts";

const file = { folder: "/logs/projects", path: "/logs/projects/-home-dev-app/one.jsonl" };

function read(message: object, more: object = {}) {
  return lineReader(file)({ type: "assistant", timestamp: "2026-06-02T16:00:42.500Z", message, ...more });
}

test("a line without a model, an instant or sensible counts says what is missing", () => {
  const usage = { input_tokens: 1, output_tokens: 1 };
  expect(read({ id: "a", usage })).toEqual({ problem: "message.model is missing" });
  const model = "claude-sonnet-4-5";
  expect(read({ id: "a", model, usage }, { timestamp: "yesterday" })).toEqual({
    problem: "timestamp is not an instant",
  });
  for (const output_tokens of [-1, 0.5, "12", 1e15]) {
    expect(read({ id: "a", model, usage: { output_tokens } })).toEqual({
      problem: "output_tokens is no count of tokens",
    });
  }
  expect(read({ id: "a", model })).toEqual({ events: [] });
  for (const line of [null, 7, [], { type: "summary" }]) expect(lineReader(file)(line)).toEqual({ events: [] });
});

test("a line without any id is known by what it says, a long id by its hash", () => {
  const model = "claude-sonnet-4-5";
  const idOf = (message: object) => {
    const reading = read({ model, ...message });
    return "events" in reading ? reading.events[0]!.id! : "";
  };
  const usage = { input_tokens: 1, output_tokens: 1 };
  expect(idOf({ usage })).toBe(idOf({ usage }));
  expect(idOf({ usage })).not.toBe(idOf({ usage: { ...usage, output_tokens: 2 } }));
  const long = idOf({ id: "m".repeat(400), usage });
  expect(long.length).toBeLessThanOrEqual(128);
  expect(long).not.toBe(idOf({ id: "n".repeat(400), usage }));
});

test("a sub-agent's file makes its calls a sub-agent's, also where the line does not say it", () => {
  const line = { type: "assistant", timestamp: "2026-06-02T16:00:42.500Z", cwd: "/home/dev/app/src", agentId: "x" };
  const message = { id: "a", model: "claude-sonnet-4-5", usage: { output_tokens: 1 } };
  const path = "/logs/projects/-home-dev-app/one/subagents/agent-x.jsonl";
  expect(lineReader({ ...file, path })({ ...line, message })).toMatchObject({
    events: [{ activity: "coding.subagent", project: "app", metadata: { subagent: "x", sidechain: true } }],
  });
});

test("the project is the folder that Claude Code was started in", () => {
  expect(projectOf("/home/dev/app/src/deep", "-home-dev-app")).toBe("app");
  expect(projectOf("/home/dev/my.app", "-home-dev-my-app")).toBe("my.app");
  expect(projectOf("C:\\Users\\dev\\app\\src", "C--Users-dev-app")).toBe("app");
  expect(projectOf("/somewhere/else", "-home-dev-app")).toBe("else");
  expect(projectOf(null, "-home-dev-app")).toBe("-home-dev-app");
  expect(projectOf(null, null)).toBeNull();
  expect(projectOf("/", "-")).toBe("-");
});

test("who bills follows from the message's id, then from the model's name", () => {
  expect(providerOf("claude-opus-4-5-20251101", "msg_01")).toBe("anthropic");
  expect(providerOf("claude-opus-4-5-20251101", "msg_bdrk_01")).toBe("aws");
  expect(providerOf("us.anthropic.claude-opus-4-5-20251101-v1:0", null)).toBe("aws");
  expect(providerOf("arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-x", null)).toBe("aws");
  expect(providerOf("claude-opus-4-5@20251101", null)).toBe("google");
  expect(providerOf("anthropic/claude-sonnet-4.5", null)).toBe("openrouter");
  expect(providerOf("glm-4.6", "202611220000abc")).toBe("zai");
  expect(providerOf("my-own-model", null)).toBe("unknown");
});
