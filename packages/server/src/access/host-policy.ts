import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { isLoopback } from "@outlay/core";

export interface HostSettings {
  /** Address that the server listens on. */
  host: string;
  /** Where browsers find it, without a slash at the end; null: where it listens. */
  publicUrl: string | null;
  /** Further names under which it answers, each with or without a port. */
  allowedHosts: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-… headers are believed. */
  trustedProxies: readonly string[];
}

/** How a request reached the server. */
export interface Client {
  /** The name that the client asked for, with its port; null: it said none. */
  host: string | null;
  /** It came by https, to the server or to a proxy that may say so. */
  isSecure: boolean;
  /** Of the client's machine, behind any proxy that may say so; null: a request inside the process. */
  address: string | null;
  /** Where browsers find the server, without a slash at the end: as the settings say, else as this client found it. */
  serverUrl: string | null;
}

/** Under which names the server answers, who may reach it, and what proxies may say of a request. */
export interface HostPolicy {
  /** People on other machines can reach it, directly or through a proxy: not without accounts. */
  readonly isExposed: boolean;
  /** Why a request is not answered; null: it is. */
  objectionTo(request: ReceivedRequest): HostObjection | null;
  /** Whether this Origin is a page of the server's own, as `client` reached it. */
  isOwnOrigin(origin: string, client: Client): boolean;
  clientOf(request: ReceivedRequest): Client;
}

/** What is asked of a request; Node's own has it all. */
export interface ReceivedRequest {
  headers: IncomingHttpHeaders;
  socket: { remoteAddress?: string | undefined };
}

export interface HostObjection {
  /** `host_not_allowed`: a page elsewhere could have brought its name to us. `proxy_not_configured`: it is for another machine. */
  code: "host_not_allowed" | "proxy_not_configured";
  message: string;
}

export function createHostPolicy(settings: HostSettings): HostPolicy {
  const { host: listensOn, publicUrl } = settings;
  const named = namesOf(settings);
  const proxies = listOf(settings.trustedProxies);
  const isExposed =
    !isLoopback(listensOn) ||
    settings.trustedProxies.length > 0 ||
    [...named].some((name) => !isLoopback(withoutPort(name)));
  const isTrusted = (address: string | undefined) =>
    settings.trustedProxies.length > 0 &&
    address !== undefined &&
    isIP(plain(address)) !== 0 &&
    proxies.check(plain(address), familyOf(plain(address)));

  const allows = (host: string) => {
    const name = host.toLowerCase();
    if (isLoopback(withoutPort(name)) || named.has(name) || named.has(withoutPort(name))) return true;
    // A page cannot make a browser send a number as the name of its own site.
    return !isLoopback(listensOn) && isIP(withoutPort(name).replace(/^\[(.*)\]$/, "$1")) !== 0;
  };
  const forwardedHost = ({ headers, socket }: ReceivedRequest) =>
    isTrusted(socket.remoteAddress) ? lastOf(headers["x-forwarded-host"]) : null;
  /** Nearly all requests come under the same name. */
  let lastAllowed: string | null = null;

  return {
    isExposed,
    objectionTo(request) {
      const { headers } = request;
      // A browser always sends Host; HTTP/1.0 clients need not.
      const host = forwardedHost(request) ?? headers.host;
      if (host !== undefined && host !== lastAllowed) {
        if (!allows(host)) return foreignName(host, isExposed);
        lastAllowed = host;
      }
      const isFromElsewhere =
        !isExposed && headers["x-forwarded-for"] !== undefined && namesOthers(headers["x-forwarded-for"]);
      return isFromElsewhere ? UNKNOWN_PROXY : null;
    },
    isOwnOrigin(origin, { host, isSecure }) {
      if (!URL.canParse(origin)) return false;
      const url = new URL(origin);
      if (publicUrl !== null && url.origin === new URL(publicUrl).origin) return true;
      // A page that came by http may not act where people come by https.
      return url.host === host && (!isSecure || url.protocol === "https:");
    },
    clientOf(request) {
      const { headers, socket } = request;
      const { remoteAddress } = socket;
      const believed = isTrusted(remoteAddress);
      const host = forwardedHost(request) ?? headers.host ?? null;
      const protocol = believed ? lastOf(headers["x-forwarded-proto"]) : null;
      const isSecure = protocol === "https" || (protocol === null && isSecureName(host, publicUrl));
      return {
        host,
        isSecure,
        address: believed
          ? clientAddress(headers["x-forwarded-for"], isTrusted, remoteAddress)
          : (remoteAddress ?? null),
        serverUrl: publicUrl ?? (host === null ? null : `${isSecure ? "https" : "http"}://${host}`),
      };
    },
  };
}

function foreignName(host: string, isExposed: boolean): HostObjection {
  const name = host.slice(0, 100);
  return {
    code: "host_not_allowed",
    message: isExposed
      ? `Outlay does not answer under "${name}"; its names are in the settings publicUrl and allowedHosts`
      : `Outlay answers under localhost and 127.0.0.1, not under "${name}": a web page could otherwise read your data`,
  };
}

const UNKNOWN_PROXY: HostObjection = {
  code: "proxy_not_configured",
  message:
    "A proxy sends this for another machine (X-Forwarded-For), and Outlay is set up for this machine only: set publicUrl and trustedProxies",
};

function namesOthers(header: string | string[]): boolean {
  return [header]
    .flat()
    .join(",")
    .split(",")
    .some((hop) => !isLoopback(plain(hop.trim())));
}

function namesOf({ publicUrl, allowedHosts }: HostSettings): Set<string> {
  const names = new Set(allowedHosts.map((name) => name.toLowerCase()));
  if (publicUrl !== null) names.add(new URL(publicUrl).host);
  return names;
}

/** A proxy that says nothing of the protocol leaves the name as it was. */
function isSecureName(host: string | null, publicUrl: string | null): boolean {
  if (publicUrl === null || host === null) return false;
  const url = new URL(publicUrl);
  return url.protocol === "https:" && url.host === host.toLowerCase();
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

/** Whether text names an address or a network, as `127.0.0.1` or `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** The last one that no trusted proxy has: what stands before it, anybody may have written. */
function clientAddress(
  header: string | string[] | undefined,
  isTrusted: (address: string) => boolean,
  nearest: string | undefined,
): string | null {
  const hops = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").map((hop) => hop.trim());
  let client = nearest ?? null;
  for (const hop of hops.toReversed()) {
    if (isIP(hop) === 0) break;
    client = hop;
    if (!isTrusted(hop)) break;
  }
  return client;
}

function lastOf(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header.at(-1) : header;
  const last = text?.split(",").at(-1)?.trim();
  return last === undefined || last === "" ? null : last;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}

/** IPv4 in IPv6's clothes, as sockets have it that listen to both. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, "");
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}
