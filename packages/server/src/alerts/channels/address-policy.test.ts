import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { addressPolicy, internalKind, isAllowedEntry } from "./address-policy.ts";

const nothing = addressPolicy(false);

describe("addresses that are refused", () => {
  it.each([
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["0.0.0.0", "this host"],
    ["0.1.2.3", "this host"],
    ["10.0.0.1", "private"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["100.64.0.1", "carrier-grade NAT"],
    ["100.127.255.255", "carrier-grade NAT"],
    ["169.254.1.1", "link-local"],
    ["169.254.169.254", "metadata"],
    ["168.63.129.16", "metadata"],
    ["100.100.100.200", "metadata"],
    ["192.0.0.192", "metadata"],
    ["192.0.0.8", "reserved"],
    ["192.0.2.7", "reserved"],
    ["198.18.0.1", "reserved"],
    ["198.51.100.7", "reserved"],
    ["203.0.113.7", "reserved"],
    ["224.0.0.1", "multicast"],
    ["255.255.255.255", "reserved"],
    ["::1", "loopback"],
    ["::", "this host"],
    ["fc00::1", "unique local"],
    ["fd12:3456::1", "unique local"],
    ["fd00:ec2::254", "metadata"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["febf::1", "link-local"],
    ["fec0::1", "site-local"],
    ["ff02::1", "multicast"],
    ["2001:db8::1", "reserved"],
    ["2001::1", "reserved"],
    ["2002:7f00:1::", "reserved"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:a00:1", "private"],
    ["::ffff:169.254.169.254", "metadata"],
    ["::127.0.0.1", "reserved"],
    ["64:ff9b::7f00:1", "loopback"],
    ["64:ff9b::10.0.0.1", "private"],
    ["64:ff9b:1::a00:1", "reserved"],
    ["100::1", "reserved"],
    ["4000::1", "reserved"],
    ["not an address", "reserved"],
    ["", "reserved"],
  ])("%s is %s", (address, kind) => {
    expect(internalKind(address)).toBe(kind);
    expect(nothing.refusal(address, address)).toContain(kind);
  });
});

it.each([
  "1.1.1.1",
  "8.8.8.8",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.255.255",
  "172.32.0.1",
  "169.253.0.1",
  "192.0.1.1",
  "223.255.255.255",
  "2606:4700::1111",
  "2a00:1450:4001::200e",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
])("%s is of the internet", (address) => {
  expect(nothing.refusal(address, address)).toBe(null);
});

/** What is refused, written once more in the plainest way there is. */
function isInternalIpv4([a, b, c, d]: readonly [number, number, number, number]): boolean {
  return (
    [0, 10, 127].includes(a) ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113) ||
    (a === 168 && b === 63 && c === 129 && d === 16)
  );
}

const byte = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0, 10, 16, 31, 51, 63, 64, 100, 127, 168, 169, 172, 192, 198, 203, 254),
);
const ipv4 = fc.tuple(byte, byte, byte, byte);
const hex = (high: number, low: number) => ((high << 8) | low).toString(16);

test("every IPv4 address is judged alike, however it is written inside IPv6", () => {
  fc.assert(
    fc.property(ipv4, (bytes) => {
      const [a, b, c, d] = bytes;
      const plain = bytes.join(".");
      expect(internalKind(plain) !== null).toBe(isInternalIpv4(bytes));
      for (const written of [
        `::ffff:${plain}`,
        `::FFFF:${plain}`,
        `::ffff:${hex(a, b)}:${hex(c, d)}`,
        `0:0:0:0:0:ffff:${hex(a, b)}:${hex(c, d)}`,
        `0000:0000:0000:0000:0000:ffff:${plain}`,
        `64:ff9b::${plain}`,
        `64:ff9b::${hex(a, b)}:${hex(c, d)}`,
        `0064:ff9b:0:0:0:0:${hex(a, b)}:${hex(c, d)}`,
      ]) {
        expect([written, internalKind(written)]).toEqual([written, internalKind(plain)]);
      }
    }),
  );
});

test("a host in a URL is judged by what it becomes: decimal, octal, hexadecimal, short, with a dot at its end", () => {
  fc.assert(
    fc.property(ipv4, (bytes) => {
      const [a, b, c, d] = bytes;
      const number = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      for (const host of [
        String(number),
        `0x${number.toString(16)}`,
        `0${number.toString(8)}`,
        bytes.map((part) => `0${part.toString(8)}`).join("."),
        bytes.map((part) => `0x${part.toString(16)}`).join("."),
        `${a}.${(b << 16) | (c << 8) | d}`,
        `${a}.${b}.${(c << 8) | d}`,
        `${bytes.join(".")}.`,
      ]) {
        const { hostname } = new URL(`http://${host}/`);
        expect([host, hostname]).toEqual([host, bytes.join(".")]);
        expect(nothing.refusal(hostname, hostname) !== null).toBe(isInternalIpv4(bytes));
      }
    }),
  );
});

test("of IPv6, nothing but global unicast and IPv4 within it is ever contacted", () => {
  const group = fc.nat(0xffff);
  fc.assert(
    fc.property(fc.tuple(group, group, group, group, group, group, group, group), (groups) => {
      const address = groups.map((part) => part.toString(16)).join(":");
      const isGlobal = groups[0] >= 0x2000 && groups[0] < 0x4000;
      const isNat64 = groups[0] === 0x64 && groups[1] === 0xff9b;
      const isMapped = groups.slice(0, 5).every((part) => part === 0) && groups[5] === 0xffff;
      if (nothing.refusal(address, address) === null) expect(isGlobal || isNat64 || isMapped).toBe(true);
    }),
  );
});

describe("what the setting allows", () => {
  const list = addressPolicy(["127.0.0.1", "10.1.0.0/16", "fd12::/16", "hooks.internal", "169.254.7.7"]);

  it("is what it names, and nothing beside it", () => {
    expect(list.refusal("127.0.0.1", "127.0.0.1")).toBe(null);
    expect(list.refusal("[::ffff:127.0.0.1]", "::ffff:127.0.0.1")).toBe(null);
    expect(list.refusal("anything", "10.1.2.3")).toBe(null);
    expect(list.refusal("anything", "fd12::5")).toBe(null);
    expect(list.refusal("Hooks.Internal.", "192.168.7.7")).toBe(null);
    expect(list.refusal("x", "169.254.7.7")).toBe(null);
    expect(list.refusal("127.0.0.2", "127.0.0.2")).toContain("loopback");
    expect(list.refusal("anything", "10.2.2.3")).toBe(
      "anything leads to 10.2.2.3, which is an internal address (private); it is not contacted unless allowInternalWebhooks names it",
    );
    expect(list.refusal("evil.hooks.internal", "192.168.7.7")).not.toBe(null);
    expect(list.refusal("hooks.internal", "169.254.169.254")).toContain("metadata");
  });

  it("on means everything internal but what belongs to the machine's host", () => {
    const all = addressPolicy(true);
    for (const address of ["127.0.0.1", "10.0.0.1", "100.64.0.1", "fd00::1", "::1", "8.8.8.8"]) {
      expect(all.refusal(address, address)).toBe(null);
    }
    for (const address of ["169.254.1.1", "169.254.169.254", "168.63.129.16", "fe80::1", "::ffff:169.254.169.254"]) {
      expect(all.refusal(address, address)).not.toBe(null);
    }
  });

  it.each([
    ["10.0.0.0/8", true],
    ["127.0.0.1", true],
    ["::1", true],
    ["fd00::/8", true],
    ["n8n", true],
    ["hooks.internal", true],
    ["10.0.0.0/33", false],
    ["10.0.0.0/", false],
    ["10.0.0.0/8/8", false],
    ["fd00::/129", false],
    ["hooks.internal/8", false],
    ["http://hooks", false],
    ["10.0.0", false],
    ["*", false],
    ["", false],
  ])("an entry %s: %s", (entry, isGood) => {
    expect(isAllowedEntry(entry)).toBe(isGood);
  });
});
