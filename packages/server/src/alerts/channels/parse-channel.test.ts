import { InvalidInput } from "@outlay/core";
import { expect, it } from "vitest";
import { parseNewChannel } from "./parse-channel.ts";

const url = "https://hooks.example.com/a";

it.each([
  [{ name: "x", kind: "pigeon", settings: {} }, "invalid_channel", "kind"],
  [{ name: "x", kind: "slack" }, "invalid_channel", "settings"],
  [{ name: "x", kind: "slack", settings: { url, colour: "red" } }, "unknown_field", "settings.colour"],
  [{ name: "x", kind: "slack", settings: { url }, secret: "1" }, "unknown_field", "secret"],
  [{ name: "", kind: "slack", settings: { url } }, "invalid_channel", "name"],
  [{ name: "a\nb", kind: "slack", settings: { url } }, "invalid_channel", "name"],
  [{ name: "x", kind: "slack", settings: { url: "ftp://example.com" } }, "invalid_channel", "settings.url"],
  [{ name: "x", kind: "slack", settings: { url: "https://u:p@example.com" } }, "invalid_channel", "settings.url"],
  [{ name: "x", kind: "slack", settings: { url: "javascript:alert(1)" } }, "invalid_channel", "settings.url"],
  [{ name: "x", kind: "webhook", settings: { url, secret: "short" } }, "invalid_channel", "settings.secret"],
  [{ name: "x", kind: "slack", maxPerMinute: 0, settings: { url } }, "invalid_channel", "maxPerMinute"],
  [{ name: "x", kind: "smtp", settings: { host: "h", from: "a@b.c", to: [] } }, "invalid_channel", "settings.to"],
  [
    { name: "x", kind: "smtp", settings: { host: "h", from: "a@b.c\r\nBcc: x@y.z", to: ["a@b.c"] } },
    "invalid_channel",
    "settings.from",
  ],
  [
    { name: "x", kind: "smtp", settings: { host: "h", from: "a@b.c", to: ["a@b.c, d@e.f"] } },
    "invalid_channel",
    "settings.to.0",
  ],
  [
    { name: "x", kind: "smtp", settings: { host: "h", user: "u", from: "a@b.c", to: ["a@b.c"] } },
    "invalid_channel",
    "settings.password",
  ],
  [
    { name: "x", kind: "smtp", settings: { host: "-oProxy", from: "a@b.c", to: ["a@b.c"] } },
    "invalid_channel",
    "settings.host",
  ],
  [null, "invalid_channel", undefined],
])("refuses %j", (wanted, code, field) => {
  const act = () => parseNewChannel(wanted);
  expect(act).toThrow(InvalidInput);
  expect(act).toThrow(expect.objectContaining({ code, field }) as Error);
});

it("knows what is usual, and makes a webhook its secret", () => {
  expect(parseNewChannel({ name: " room ", kind: "slack", settings: { url } })).toEqual({
    name: "room",
    kind: "slack",
    enabled: true,
    maxPerMinute: 5,
    settings: { url },
  });
  const hook = parseNewChannel({ name: "hook", kind: "webhook", settings: { url } });
  expect(hook).toMatchObject({ maxPerMinute: 60, settings: { secret: expect.stringMatching(/^whsec_/) as string } });
  const { settings } = parseNewChannel({
    name: "mail",
    kind: "smtp",
    settings: { host: "mail.example.com", from: "Outlay <outlay@example.com>", to: ["Ann Lee <ann@example.com>"] },
  });
  expect(settings).toMatchObject({ security: "starttls" });
});
