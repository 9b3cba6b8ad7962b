import { BlockList, isIP } from "node:net";

/** Which addresses messages may be sent to: those of the internet, and the internal ones that the settings name. */
export interface AddressPolicy {
  /** Why nothing may be sent to this address, which `host` stands for; null: it may. */
  refusal(host: string, address: string): string | null;
}

/** `true`: everything internal but link-local and metadata addresses; a list: addresses, `10.0.0.0/8`, names of hosts. */
export type AllowedInternal = boolean | readonly string[];

/** As the setting `allowInternalWebhooks` says. Entries are checked by `isAllowedEntry`. */
export function addressPolicy(allowed: AllowedInternal): AddressPolicy {
  const entries = typeof allowed === "boolean" ? [] : allowed;
  const listed = new BlockList();
  const hosts = new Set<string>();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = familyOf(address);
    if (family === null) hosts.add(plainHost(entry));
    else if (prefix === undefined) listed.addAddress(address, family);
    else listed.addSubnet(address, Number(prefix), family);
  }
  return {
    refusal(host, address) {
      const kind = internalKind(address);
      if (kind === null) return null;
      const plain = embeddedIpv4(address) ?? address;
      const family = familyOf(plain);
      if (family !== null && listed.check(plain, family)) return null;
      const isTrusted = allowed === true || hosts.has(plainHost(host));
      if (isTrusted && kind !== "link-local" && kind !== "metadata") return null;
      const name = host === address ? address : `${host} leads to ${address}, which`;
      return `${name} is an internal address (${kind}); it is not contacted unless allowInternalWebhooks names it`;
    },
  };
}

/** Whether the setting may have this entry. */
export function isAllowedEntry(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0)
    return prefix === undefined && /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(entry) && !/^[\d.]+$/.test(entry);
  if (prefix === undefined) return true;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}

/**
 * What kind of internal or reserved address this is; null: one of the internet. Of IPv6, everything but global unicast
 * is refused, also what will only be given out one day. Text that is no address counts as `reserved`.
 */
export function internalKind(address: string): string | null {
  const ipv4 = isIP(address) === 4 ? address : embeddedIpv4(address);
  if (ipv4 !== null) return firstMatch(IPV4_KINDS, ipv4, "ipv4");
  if (isIP(address) !== 6) return "reserved";
  const bare = address.replace(/%.*$/, "");
  return firstMatch(IPV6_KINDS, bare, "ipv6") ?? (GLOBAL_UNICAST.check(bare, "ipv6") ? null : "reserved");
}

type Family = "ipv4" | "ipv6";
type Kinds = readonly (readonly [kind: string, list: BlockList])[];

function kinds(family: Family, subnets: Record<string, string[]>): Kinds {
  return Object.entries(subnets).map(([kind, ranges]) => {
    const list = new BlockList();
    for (const range of ranges) {
      const [address, prefix] = range.split("/") as [string, string];
      list.addSubnet(address, Number(prefix), family);
    }
    return [kind, list] as const;
  });
}

/**
 * The special-purpose registries of IANA, https://www.iana.org/assignments/iana-ipv4-special-registry and
 * …/iana-ipv6-special-registry, checked 2026-11. The metadata addresses are Azure's and Oracle's outside link-local ones.
 */
const IPV4_KINDS = kinds("ipv4", {
  metadata: ["169.254.169.254/32", "168.63.129.16/32", "100.100.100.200/32", "192.0.0.192/32"],
  loopback: ["127.0.0.0/8"],
  "this host": ["0.0.0.0/8"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "carrier-grade NAT": ["100.64.0.0/10"],
  "link-local": ["169.254.0.0/16"],
  reserved: [
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
  ],
  multicast: ["224.0.0.0/4"],
});
const IPV6_KINDS = kinds("ipv6", {
  metadata: ["fd00:ec2::254/128", "fd20:ce::254/128"],
  loopback: ["::1/128"],
  "this host": ["::/128"],
  "unique local": ["fc00::/7"],
  "link-local": ["fe80::/10"],
  "site-local": ["fec0::/10"],
  multicast: ["ff00::/8"],
  reserved: ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"],
});
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet("2000::", 3, "ipv6");

function firstMatch(list: Kinds, address: string, family: Family): string | null {
  return list.find(([, addresses]) => addresses.check(address, family))?.[0] ?? null;
}

/** Of `::ffff:10.0.0.1` and of `64:ff9b::10.0.0.1` (NAT64), however they are written. */
function embeddedIpv4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  const groups = ipv6Groups(address.replace(/%.*$/, ""));
  const start = groups.slice(0, 6).join(":");
  if (start !== "0:0:0:0:0:65535" && start !== "100:65435:0:0:0:0") return null;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}

/** Eight numbers. */
function ipv6Groups(address: string): number[] {
  const [left = "", right] = address.split("::");
  const head = groupsOf(left);
  if (right === undefined) return head;
  const tail = groupsOf(right);
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [one = 0, two = 0, three = 0, four = 0] = group.split(".").map(Number);
    return [(one << 8) | two, (three << 8) | four];
  });
}

function familyOf(address: string): Family | null {
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? "ipv4" : "ipv6";
}

/** As a name is compared: lower case, without the dot of the root and without brackets. */
function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}
