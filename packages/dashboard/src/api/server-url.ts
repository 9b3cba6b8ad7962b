/** The address of something on the server that the page came from: `/api/v1/meta`, wherever Outlay is mounted. */
export function serverUrl(path: `/${string}`): string {
  return new URL(path.slice(1), document.baseURI).href;
}

/** Where Outlay is mounted, without a slash at the end: `""` or `/outlay`. */
export function mountPath(): string {
  return new URL(document.baseURI).pathname.replace(/\/$/, "");
}

/** Where the server is, as programs are told of it, without a slash at the end: `https://costs.example.com/outlay`. */
export function serverAddress(): string {
  return `${globalThis.location.origin}${mountPath()}`;
}

/** The server's own time zone, as it wrote it into the page; undefined where something else served the page. */
export function pageTimeZone(): string | undefined {
  const zone = document.documentElement.dataset["timeZone"];
  return zone === undefined || zone === "" ? undefined : zone;
}
