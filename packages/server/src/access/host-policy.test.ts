import { describe, expect, it } from "vitest";
import { createHostPolicy, isNetwork, type HostPolicy, type HostSettings } from "./host-policy.ts";

const policy = (settings: Partial<HostSettings> = {}) =>
  createHostPolicy({ host: "127.0.0.1", publicUrl: null, allowedHosts: [], trustedProxies: [], ...settings });

const allows = (of: HostPolicy, host: string) =>
  of.objectionTo({ headers: { host }, socket: { remoteAddress: "127.0.0.1" } }) === null;

const objectionToForwarded = (forwardedFor: string, of = policy()) =>
  of.objectionTo({
    headers: { host: "localhost:4100", "x-forwarded-for": forwardedFor },
    socket: { remoteAddress: "127.0.0.1" },
  })?.code ?? null;

describe("under which names the server answers", () => {
  it("on a loopback address: under those of this machine only", () => {
    const names = ["localhost", "localhost:4100", "127.0.0.1:4100", "[::1]:4100", "a.localhost"];
    expect(names.filter((name) => !allows(policy(), name))).toEqual([]);
    const foreign = ["evil.example", "10.0.0.7:4100", "localhost.evil.example", "127.0.0.1.evil.example", ""];
    expect(foreign.filter((name) => allows(policy(), name))).toEqual([]);
  });

  it("on another address: also under numbers, which no page can rebind, and under the names of the settings", () => {
    const exposed = policy({
      host: "0.0.0.0",
      publicUrl: "https://costs.example.com",
      allowedHosts: ["outlay.internal", "other.internal:8080"],
    });
    const good = [
      "10.0.0.7:4100",
      "[fd00::7]:4100",
      "costs.example.com",
      "Outlay.internal:4100",
      "other.internal:8080",
    ];
    expect(good.filter((name) => !allows(exposed, name))).toEqual([]);
    const bad = ["evil.example", "other.internal", "costs.example.com.evil.example"];
    expect(bad.filter((name) => allows(exposed, name))).toEqual([]);
  });

  it("is exposed as soon as anybody elsewhere can reach it", () => {
    expect(policy().isExposed).toBe(false);
    expect(policy({ host: "::1", publicUrl: "http://localhost:4100" }).isExposed).toBe(false);
    expect(policy({ host: "0.0.0.0" }).isExposed).toBe(true);
    expect(policy({ publicUrl: "https://costs.example.com" }).isExposed).toBe(true);
    expect(policy({ allowedHosts: ["costs.example.com"] }).isExposed).toBe(true);
    expect(policy({ trustedProxies: ["127.0.0.1"] }).isExposed).toBe(true);
  });
});

describe("what proxies say", () => {
  const forwarded = {
    host: "127.0.0.1:4100",
    "x-forwarded-host": "costs.example.com",
    "x-forwarded-proto": "https",
    "x-forwarded-for": "6.6.6.6, 203.0.113.9, 10.1.2.3",
  };
  const behind = policy({ publicUrl: "https://costs.example.com", trustedProxies: ["10.0.0.0/8", "::1"] });

  it("is believed of those in the settings, and only back to the first that is not one of them", () => {
    expect(behind.clientOf({ headers: forwarded, socket: { remoteAddress: "::ffff:10.9.9.9" } })).toEqual({
      host: "costs.example.com",
      isSecure: true,
      address: "203.0.113.9",
      serverUrl: "https://costs.example.com",
    });
  });

  it("is not believed of others", () => {
    expect(behind.clientOf({ headers: forwarded, socket: { remoteAddress: "192.0.2.1" } })).toEqual({
      host: "127.0.0.1:4100",
      isSecure: false,
      address: "192.0.2.1",
      serverUrl: "https://costs.example.com",
    });
  });

  it("refuses, on this machine alone, what a proxy sends for another one", () => {
    expect(objectionToForwarded("203.0.113.9")).toBe("proxy_not_configured");
    expect(objectionToForwarded("127.0.0.1, 203.0.113.9")).toBe("proxy_not_configured");
    expect(objectionToForwarded("::1, ::ffff:127.0.0.1")).toBeNull();
    expect(objectionToForwarded("203.0.113.9", behind)).toBeNull();
  });

  it("may be missing", () => {
    const headers = { host: "costs.example.com" };
    expect(behind.clientOf({ headers, socket: { remoteAddress: "::1" } })).toEqual({
      host: "costs.example.com",
      isSecure: true,
      address: "::1",
      serverUrl: "https://costs.example.com",
    });
  });
});

describe("own pages", () => {
  const client = { host: "localhost:4100", isSecure: false, address: "127.0.0.1", serverUrl: "http://localhost:4100" };

  it("have the name that the request came under, or the public one", () => {
    expect(policy().isOwnOrigin("http://localhost:4100", client)).toBe(true);
    for (const origin of ["null", "http://localhost:3000", "http://evil.example", "http://evil.localhost:4100"]) {
      expect(policy().isOwnOrigin(origin, client)).toBe(false);
    }
    const behind = policy({ publicUrl: "https://costs.example.com" });
    expect(behind.isOwnOrigin("https://costs.example.com", client)).toBe(true);
    expect(
      behind.isOwnOrigin("http://costs.example.com", { ...client, host: "costs.example.com", isSecure: true }),
    ).toBe(false);
  });
});

it("knows addresses and networks from other text", () => {
  expect(["127.0.0.1", "10.0.0.0/8", "fd00::/8", "::1"].filter((text) => !isNetwork(text))).toEqual([]);
  expect(["proxy", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/", ""].filter(isNetwork)).toEqual([]);
});
