import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { WireLimit } from "../../packages/server/src/limits/parse-limit.ts";
import { get, postJson } from "../api.ts";
import { startServer, type RunningServer } from "../start-server.ts";

/** A server whose gateway has limits. */
export interface LimitedGateway {
  server: RunningServer;
  /** With `/gateway`, without a slash at its end. */
  url: string;
  /** Makes a limit; the name is its id's when none is given. */
  limit(wanted: Omit<WireLimit, "name"> & { name?: string }): Promise<{ id: string }>;
  /** How full a limit is, one entry for each value. */
  states(id: string): Promise<State[]>;
  /** Changes fields of a limit. */
  change(id: string, wanted: object): Promise<void>;
  /** Takes a limit away. */
  remove(id: string): Promise<void>;
}

export interface State {
  value: string | null;
  amountUsd: number;
  spentUsd: number;
  leasedUsd: number;
}

/** Prices for the mock's models that make costs easy to tell: a cent a call, and dollars for a million tokens. */
const PRICES = [
  { provider: "openai", model: "one-cent", rates: { requests: "10", input: "0", output: "0" } },
  { provider: "openai", model: "ten-dollars-out", rates: { input: "0", output: "10" } },
  { provider: "openai", model: "one-dollar-out", rates: { input: "0", output: "1" } },
  { provider: "openai", model: "free", rates: { input: "0", output: "0" } },
  { provider: "my-servers", model: "llama-at-home", rates: { input: "0", output: "10" } },
];

/** Starts it over a folder; another one may have been killed there before. */
export async function startLimited(
  dataDir: string,
  mockUrl: string,
  options: { built?: boolean; env?: Record<string, string> } = {},
): Promise<LimitedGateway> {
  writeFileSync(join(dataDir, "outlay.config.json"), JSON.stringify({ priceOverrides: PRICES }));
  const server = await startServer({ dataDir, args: ["--mock-providers", mockUrl], ...options });
  const limits = `${server.url}/api/v1/limits`;
  return {
    server,
    url: `${server.url}/gateway`,
    async limit(wanted) {
      return made(await postJson(limits, { name: "A limit", ...wanted }));
    },
    async states(id) {
      return (await get<{ states: State[] }>(server.url, `/api/v1/limits/${id}/states`)).states;
    },
    async change(id, wanted) {
      const headers = { "content-type": "application/json" };
      await made(await fetch(`${limits}/${id}`, { method: "PATCH", headers, body: JSON.stringify(wanted) }));
    },
    async remove(id) {
      await made(await fetch(`${limits}/${id}`, { method: "DELETE" }));
    },
  };
}

async function made<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as T;
}
