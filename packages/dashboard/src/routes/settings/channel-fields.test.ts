import { expect, test } from "vitest";
import type { Channel } from "../../api/channels.ts";
import { KIND_FIELDS, readChannelForm, textOfSetting } from "./channel-fields.ts";

const mail = {
  name: "mail",
  kind: "smtp",
  settings: { host: "mail.example.com", port: 2525, security: "none", from: "a@b.example", to: ["c@d.example"] },
} as unknown as Channel;

test("a new channel says what is filled in", () => {
  const values = {
    name: "mail",
    enabled: "on",
    maxPerMinute: "",
    "settings.host": " mail.example.com ",
    "settings.security": "tls",
    "settings.port": "465",
    "settings.to": "a@example.com\nb@example.com, c@example.com",
    "settings.password": "",
  };
  expect(readChannelForm("smtp", values, null)).toEqual({
    name: "mail",
    kind: "smtp",
    enabled: true,
    settings: {
      host: "mail.example.com",
      security: "tls",
      port: 465,
      to: ["a@example.com", "b@example.com", "c@example.com"],
    },
  });
});

test("of a channel that is changed, emptied settings are taken away and secrets stay", () => {
  const values = { name: "mail", "settings.host": "mx.example.com", maxPerMinute: "many" };
  expect(readChannelForm("smtp", values, mail)).toEqual({
    name: "mail",
    enabled: false,
    maxPerMinute: "many",
    settings: { host: "mx.example.com", port: null, security: null, from: null, to: null },
  });
});

test("shows what is set, and no secret", () => {
  const texts = KIND_FIELDS.smtp.map((field) => [field.name, textOfSetting(field, mail)]);
  expect(Object.fromEntries(texts)).toMatchObject({ port: "2525", to: "c@d.example", password: "", user: "" });
});
