import { findRoute, PROVIDERS } from "@outlay/providers";
import { describe, expect, it } from "vitest";
import { listUpstreams } from "./list-upstreams.ts";
import { gatewayUpstreams } from "./upstreams.ts";

const none = { storedKeys: [], mockUrl: null };

describe("the providers of the gateway", () => {
  const upstreams = gatewayUpstreams({ settings: {}, mockProviders: null, environment: {} });

  it("are all of them", () => {
    const names = listUpstreams(upstreams, none).map(({ name }) => name);
    expect(names.toSorted()).toEqual([...PROVIDERS.keys()].toSorted());
  });

  it.each(listUpstreams(upstreams, none).filter(({ chat }) => chat !== null))(
    "are called where a chat is measured: $name",
    ({ name, chat }) => {
      const path = chat!.path.replace("{model}", "some-model").replace(/\?.*$/, "");
      expect(findRoute(PROVIDERS.get(name)!, "POST", path)?.operation).toBe("chat");
    },
  );

  it("say whose key pays", () => {
    const settings = { openai: { baseUrl: "https://api.openai.com", apiKeyEnv: "KEY" } };
    const own = gatewayUpstreams({ settings, mockProviders: null, environment: { KEY: "sk-1" } });
    const listed = listUpstreams(own, { storedKeys: ["anthropic"], mockUrl: null });
    const keys = Object.fromEntries(listed.map(({ name, key }) => [name, key]));
    expect(keys).toMatchObject({ openai: "server", anthropic: "stored", groq: null });
    expect(JSON.stringify(listed)).not.toContain("sk-1");
  });

  it("are called in the language that the settings name", () => {
    const settings = { mine: { baseUrl: "http://127.0.0.1:9", language: "anthropic" } };
    const own = gatewayUpstreams({ settings, mockProviders: null, environment: {} });
    const mine = listUpstreams(own, none).find(({ name }) => name === "mine");
    expect(mine?.chat).toEqual({ language: "anthropic", path: "/v1/messages" });
  });

  it("begin with the mock, and end with those that have no address", () => {
    const settings = {
      mock: { baseUrl: "http://127.0.0.1:9/openai", language: "openai", billedAs: "openai" },
      versioned: { baseUrl: "http://127.0.0.1:10/api/v1" },
    };
    const more = gatewayUpstreams({ settings, mockProviders: null, environment: {} });
    const listed = listUpstreams(more, { storedKeys: [], mockUrl: "http://127.0.0.1:9" });
    expect(listed[0]).toEqual({
      name: "mock",
      billedAs: "openai",
      hasAddress: true,
      key: null,
      mock: true,
      chat: { language: "openai", path: "/v1/chat/completions" },
    });
    expect(listed.find(({ name }) => name === "versioned")!.chat!.path).toBe("/chat/completions");
    expect(listed.at(-1)!.hasAddress).toBe(false);
  });
});
