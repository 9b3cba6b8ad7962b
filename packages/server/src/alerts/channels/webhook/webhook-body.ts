import type { AlertMessage } from "../../alert-message.ts";
import { linkTo } from "../outgoing.ts";
import type { Outgoing } from "../outgoing.ts";

/**
 * What a webhook is told, as JSON: for a machine, so texts are as they came. The shape is Standard Webhooks' own: type,
 * timestamp, data. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, checked 2026-11
 */
export function webhookBody({ id, alertId, atMs, link, ...said }: AlertMessage, { baseUrl }: Outgoing): string {
  const at = new Date(atMs).toISOString();
  return JSON.stringify({
    type: `alert.${said.state}`,
    timestamp: at,
    data: { id, alertId, ...said, link: link === null ? null : linkTo(link, baseUrl), at },
  });
}
