import { randomUUID } from "node:crypto";
import type { AlertMessage } from "./alert-message.ts";
import type { AlertRule } from "./rule.ts";

/** What the test of a rule, or of all channels, sends. */
export function testMessage(rule: AlertRule | null, atMs: number): AlertMessage {
  const id = `test-${randomUUID()}`;
  return {
    id,
    alertId: id,
    kind: "test",
    severity: "info",
    state: "test",
    title: rule === null ? "Test of the alert channels" : `Test of the rule "${rule.name}"`,
    summary: "If you read this, alerts reach you here. Nothing has happened.",
    facts: rule === null ? [] : [{ label: "Rule", value: rule.name }],
    link: "/alerts",
    atMs,
  };
}
