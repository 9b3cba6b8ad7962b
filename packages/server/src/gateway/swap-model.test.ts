import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { swapModel } from "./swap-model.ts";

const json = (text: string) => ({ path: "/v1/messages", body: Buffer.from(text), contentType: "application/json" });
const swapped = (text: string) => swapModel(json(text), "big", "small")?.body?.toString() ?? null;

describe("in JSON", () => {
  it.each([
    ['{"model":"big","n":1}', '{"model":"small","n":1}'],
    ['{ "stream" : true , "model"\t:\n"big" }', '{ "stream" : true , "model"\t:\n"small" }'],
    ['{"messages":[{"model":"big"}],"model":"big"}', '{"messages":[{"model":"big"}],"model":"small"}'],
    ['{"x":"\\"model\\":\\"big\\"","model":"big"}', '{"x":"\\"model\\":\\"big\\"","model":"small"}'],
    ['{"a":"model","b":"big","model":"big"}', '{"a":"model","b":"big","model":"small"}'],
    ['{"seed":12345678901234567890,"model":"\\u0062ig"}', '{"seed":12345678901234567890,"model":"small"}'],
    ['{"model":"other","model":"big"}', '{"model":"other","model":"small"}'],
  ])("%s", (before, after) => {
    expect(swapped(before)).toBe(after);
  });

  it.each([
    '{"model":"other"}',
    '{"model":5}',
    '{"x":{"model":"big"}}',
    '{"model":"big',
    "[]",
    "",
    '{"model":"big","model":"other"}',
  ])("has nothing to exchange: %s", (body) => {
    expect(swapped(body)).toBeNull();
  });

  it("changes nothing else, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (before, to) => {
        const body = { ...before, model: "big" };
        const changed = swapModel(json(JSON.stringify(body)), "big", to)!.body!;
        expect(JSON.parse(changed.toString())).toEqual({ ...JSON.parse(JSON.stringify(body)), model: to });
      }),
    );
  });
});

it.each([
  ["/v1beta/models/big:generateContent", "/v1beta/models/small:generateContent"],
  ["/v1beta/models/big:streamGenerateContent?alt=sse", "/v1beta/models/small:streamGenerateContent?alt=sse"],
  [
    "/openai/deployments/big/chat/completions?api-version=1",
    "/openai/deployments/small/chat/completions?api-version=1",
  ],
  ["/model/big/converse-stream", "/model/small/converse-stream"],
])("in a path: %s", (before, after) => {
  expect(swapModel({ path: before, body: null, contentType: null }, "big", "small")?.path).toBe(after);
});

it("in a form", () => {
  const request = {
    path: "/v1/audio/transcriptions",
    body: Buffer.from(form("big")),
    contentType: "multipart/form-data; boundary=x",
  };
  expect(swapModel(request, "big", "small")?.body?.toString()).toBe(form("small"));
});

function form(model: string): string {
  return `--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n"model":"big"\r\n--x--\r\n`;
}
