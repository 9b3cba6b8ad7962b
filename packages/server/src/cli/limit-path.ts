import type { Api } from "./context.ts";
import { getJson } from "./get-json.ts";
import type { Limit } from "./limit-table.ts";
import { UsageError } from "./problem.ts";

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The id of a limit that is named by its id, or by its name where only one has it. */
export async function findLimit(api: Api, text: string): Promise<string> {
  if (ID.test(text)) return text;
  const { limits } = await getJson<{ limits: Limit[] }>(api, "/api/v1/limits");
  const named = limits.filter(({ name }) => name === text);
  if (named.length > 1) throw new UsageError(`${named.length} limits are called "${text}"; give the id of one.`);
  return named[0]?.id ?? text;
}

/** Its address in the API. */
export async function limitPath(api: Api, text: string): Promise<string> {
  return `/api/v1/limits/${encodeURIComponent(await findLimit(api, text))}`;
}
