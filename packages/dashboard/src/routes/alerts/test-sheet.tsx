import { useState } from "react";
import { testAlerts } from "../../api/alerts.ts";
import type { AlertRule, Delivery } from "../../api/alerts.ts";
import { Problem, mainButton } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** Sends a test message through the channels of a rule, or through all, and says what came of it. */
export function TestSheet({ rule, onClose }: { rule: Pick<AlertRule, "id" | "name"> | null; onClose: () => void }) {
  const [outcome, setOutcome] = useState<Delivery[] | Error | null>(null);
  const [isSending, setIsSending] = useState(false);
  const send = async () => {
    setIsSending(true);
    setOutcome(
      await testAlerts(rule?.id ?? null).then(
        ({ deliveries }) => deliveries,
        (error: Error) => error,
      ),
    );
    setIsSending(false);
  };
  return (
    <Sheet title="Send a test message" onClose={onClose}>
      <p className="text-muted">
        {rule === null ? "Through every channel that is switched on." : `Through the channels of ${rule.name}.`} It says
        that nothing has happened.
      </p>
      <div aria-live="polite" className="flex flex-col gap-2">
        {outcome instanceof Error ? <Problem>{outcome.message}</Problem> : null}
        {Array.isArray(outcome) && outcome.length === 0 ? <p>There is no channel to send it through.</p> : null}
        {Array.isArray(outcome) ? (
          <ul className="flex flex-col gap-2">
            {outcome.map((delivery) => (
              <li key={delivery.channelId}>
                <span className="font-medium">{delivery.channelName}</span>:{" "}
                {delivery.delivered ? (
                  "delivered"
                ) : (
                  <span className="text-high">{delivery.failure ?? "waits for its turn"}</span>
                )}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      <button
        type="button"
        data-autofocus
        disabled={isSending}
        onClick={() => void send()}
        className={`${mainButton} disabled:opacity-60`}
      >
        {outcome === null ? "Send it" : "Send it again"}
      </button>
    </Sheet>
  );
}
