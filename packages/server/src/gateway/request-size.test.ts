import { expect, it } from "vitest";

import { sizeOfRequest } from "./request-size.ts";

const sizeOf = (body: unknown, contentType = "application/json") => {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return sizeOfRequest(bytes, bytes.length, contentType);
};
const text = { role: "user", content: "How much is the fish? ".repeat(500) };
const picture = "iVBORw0KGgo".repeat(30_000);

it("text is all of it", () => {
  const body = { model: "gpt-5", messages: [text] };
  expect(sizeOf(body)).toEqual({
    textBytes: JSON.stringify(body).length,
    pictures: 0,
    mediaBytes: 0,
    cacheWrites: "none",
    maySearch: false,
  });
});

it.each([
  ["OpenAI", [{ type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } }]],
  ["Anthropic", [{ type: "image", source: { type: "base64", media_type: "image/png", data: picture } }]],
  ["Google", [{ inlineData: { mimeType: "image/png", data: picture } }]],
])("pictures of %s are not text", (_, content) => {
  const size = sizeOf({ messages: [text, { role: "user", content }] });
  expect(size.pictures).toBe(1);
  expect(size.mediaBytes).toBe(0);
  expect(size.textBytes).toBeGreaterThan(text.content.length);
  expect(size.textBytes).toBeLessThan(text.content.length + 10_000);
});

it("documents and sounds grow with their length", () => {
  const content = [{ type: "document", source: { type: "base64", media_type: "application/pdf", data: picture } }];
  const size = sizeOf({ messages: [text, { role: "user", content }] });
  expect(size.mediaBytes).toBeGreaterThan(300_000);
  expect(size.textBytes).toBeLessThan(30_000);
  expect(sizeOf(picture, "multipart/form-data; boundary=x").mediaBytes).toBe(picture.length);
});

it("what cannot be read counts as text, and text that looks like a picture stays text", () => {
  const broken = `{"messages":[{"image_url":{"url":"data:image/png;base64,${picture}`;
  expect(sizeOf(broken)).toMatchObject({ textBytes: broken.length, pictures: 0 });
  const pasted = sizeOf({ messages: [{ role: "user", content: `data:image/png;base64,${picture}` }] });
  expect(pasted.textBytes).toBeGreaterThanOrEqual(picture.length);
});

it("sees what may be written to a cache, and what may search", () => {
  const cached = { system: [{ type: "text", text: "Be brief", cache_control: { type: "ephemeral" } }] };
  expect(sizeOf(cached).cacheWrites).toBe("short");
  const long = { system: [{ type: "text", text: "Be brief", cache_control: { type: "ephemeral", ttl: "1h" } }] };
  expect(sizeOf(long).cacheWrites).toBe("long");
  expect(sizeOf({ tools: [{ type: "web_search_20250305", name: "web_search" }] }).maySearch).toBe(true);
});
