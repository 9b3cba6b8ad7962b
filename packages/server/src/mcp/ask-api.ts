import { AskFailed, type Ask, type McpApi } from "./tool.ts";

/** Questions to the REST interface, in its own words. */
export function askApi(api: McpApi): Ask {
  return {
    get: (path, params = {}) => read(api, withParams(path, params)),
    send: (method, path, body) =>
      read(api, path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  };
}

async function read<T>(api: McpApi, path: string, init?: RequestInit): Promise<T> {
  const response = await api.request(path, init);
  const body = await response.text();
  const answer = parsed(body);
  if (response.ok && answer !== null) return answer as T;
  const { code, detail, title, field } = (answer ?? {}) as Record<string, unknown>;
  const said = [detail, title].find((text) => typeof text === "string");
  throw new AskFailed(
    typeof code === "string" ? code : `http_${response.status}`,
    typeof said === "string" ? said : `Outlay answered ${response.status}`,
    typeof field === "string" ? field : null,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Lists of filters are repeated, other lists are joined by commas, absent values are left out. */
function withParams(path: string, params: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === null) continue;
    if (!Array.isArray(value)) search.set(name, String(value));
    else if (name === "filter") for (const one of value) search.append(name, String(one));
    else search.set(name, value.join(","));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
