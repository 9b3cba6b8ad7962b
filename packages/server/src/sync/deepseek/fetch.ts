import { noSettings } from "../no-settings.ts";
import type { Balance, FetchContext, ProviderKind } from "../provider-kind.ts";
import { balanceAnswer } from "./parse.ts";

/** The balance, and nothing else: DeepSeek tells no history, so what it was is kept once a day. */
export const deepseek: ProviderKind = {
  name: "deepseek",
  title: "DeepSeek",
  key: "any API key of the account",
  baseUrl: "https://api.deepseek.com",
  settings: noSettings,
  paceMs: 500,
  series: [],
  readBalance,
};

async function readBalance({ ask, key }: FetchContext): Promise<Balance> {
  const answer = await ask({ path: "/user/balance", headers: { authorization: `Bearer ${key}` } }, balanceAnswer);
  const info = answer.balance_infos.find(({ currency }) => currency === "USD") ?? answer.balance_infos[0]!;
  const others = answer.balance_infos.filter((it) => it !== info);
  return {
    currency: info.currency,
    remaining: info.total_balance,
    used: null,
    note: [
      `${info.granted_balance} of it granted, ${info.topped_up_balance} topped up`,
      ...others.map((it) => `and ${it.total_balance} ${it.currency}`),
      ...(answer.is_available ? [] : ["not enough for calls"]),
    ].join(", "),
  };
}
