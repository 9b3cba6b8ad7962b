/** A request as an application hands it to `fetch`. */
export interface SentRequest {
  url: URL;
  method: string;
  headers: Headers;
  /** What can be known of the body without touching it; null: it can be read only once. */
  body: ReadableBody | null;
}

export interface ReadableBody {
  bytes: Uint8Array;
  contentType: string | null;
  /** The same as text, where it was text. */
  text: string | null;
}

type Input = Parameters<typeof fetch>[0];

/** Looks at a request without changing it. */
export async function describeRequest(input: Input, init: RequestInit | undefined): Promise<SentRequest> {
  const request = typeof input === "object" && "url" in input ? input : null;
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  const url = new URL(request === null ? String(input) : request.url, base);
  const headers = new Headers(init?.headers ?? request?.headers);
  return {
    url,
    method: (init?.method ?? request?.method ?? "GET").toUpperCase(),
    headers,
    body: await readBody(init, request, headers.get("content-type")),
  };
}

async function readBody(
  init: RequestInit | undefined,
  request: Request | null,
  contentType: string | null,
): Promise<ReadableBody | null> {
  const body: unknown = init?.body;
  if (body == null) {
    if (request === null || request.body === null || request.bodyUsed) return null;
    return { bytes: new Uint8Array(await request.clone().arrayBuffer()), contentType, text: null };
  }
  if (typeof body === "string") return { bytes: new TextEncoder().encode(body), contentType, text: body };
  if (body instanceof Uint8Array) return { bytes: body, contentType, text: null };
  if (body instanceof ArrayBuffer) return { bytes: new Uint8Array(body), contentType, text: null };
  return typeof FormData === "function" && body instanceof FormData ? formFields(body) : null;
}

const BOUNDARY = "----outlay";

/** The short fields of a form, as they are on the wire; of its files nothing is looked at. */
function formFields(form: FormData): ReadableBody {
  let text = "";
  for (const [name, value] of form.entries()) {
    if (typeof value !== "string" || value.length > 512) continue;
    text += `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  }
  const bytes = new TextEncoder().encode(`${text}--${BOUNDARY}--\r\n`);
  return { bytes, contentType: `multipart/form-data; boundary=${BOUNDARY}`, text: null };
}
