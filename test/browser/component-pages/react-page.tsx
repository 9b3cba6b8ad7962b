import { CostBadge, OutlayProvider, SessionCosts, useLiveCosts } from "@outlay/react";
import type { OutlayEvent } from "@outlay/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const rated: OutlayEvent = {
  id: "no-such-call",
  occurredAt: "2026-11-22T05:00:00.000Z",
  provider: "anthropic",
  model: "claude-sonnet-4-5",
  usage: { inputTokens: 1200, cacheReadTokens: 1000, outputTokens: 90 },
  costUsd: 0.00225,
  cacheSavingsUsd: 0.0027,
  basis: "rated",
  lines: [
    { meter: "input", quantity: 200, rateUsd: "3", per: 1_000_000, costUsd: "0.0006" },
    { meter: "cacheRead", quantity: 1000, rateUsd: "0.3", per: 1_000_000, costUsd: "0.0003" },
    { meter: "output", quantity: 90, rateUsd: "15", per: 1_000_000, costUsd: "0.00135" },
  ],
};
const estimated: OutlayEvent = {
  ...rated,
  costUsd: 0.05,
  basis: "estimated",
  metadata: { usageEstimated: true, usageErrorPercent: 20 },
};
const unpriced: OutlayEvent = { ...rated, model: "nobody-knows-me", costUsd: null, basis: "unpriced", lines: [] };

/** What the address asks for: `?server=…&show=…&event=…&session=…`. */
const asked = new URLSearchParams(location.search);

function Page() {
  switch (asked.get("show")) {
    case "live":
      return <Live />;
    case "two-live":
      return (
        <>
          <Live />
          <Live />
        </>
      );
    case "sessions":
      return <SessionCosts pageSize={5} timeZone="UTC" />;
    case "drawer":
      return <DrawerPage />;
    case "event":
      return <CostBadge eventId={asked.get("event") ?? ""} label="Cost of the answer" />;
    default:
      return <Badges />;
  }
}

function Badges() {
  return (
    <ul>
      <li data-testid="low">
        Low <CostBadge event={rated} />
      </li>
      <li data-testid="middle">
        Middle <CostBadge costUsd={0.0421} inputTokens={9_000} outputTokens={1_000} />
      </li>
      <li data-testid="high">
        High <CostBadge costUsd={0.31} inputTokens={120_000} cachedTokens={80_000} outputTokens={4_000} />
      </li>
      <li data-testid="own">
        Own thresholds <CostBadge costUsd={0.31} thresholds={{ middleUsd: 1, highUsd: 5 }} />
      </li>
      <li data-testid="estimated">
        Estimated <CostBadge event={estimated} />
      </li>
      <li data-testid="unpriced">
        Unpriced <CostBadge event={unpriced} />
      </li>
      <li data-testid="loading">
        Loading <CostBadge loading />
      </li>
      <li data-testid="plain">
        Plain <CostBadge plain costUsd={0.002} />
      </li>
    </ul>
  );
}

function Live() {
  const { status, sum, events, today } = useLiveCosts({ limit: 3 });
  return (
    <p data-testid="live">
      {status} {sum.calls} {sum.costUsd ?? "no cost"} {events.map(({ id }) => id).join(",")} {today?.calls}
    </p>
  );
}

function DrawerPage() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        What did it cost?
      </button>
      <a href="#elsewhere">Behind</a>
      <SessionCosts mode="drawer" open={isOpen} onClose={() => setOpen(false)} timeZone="UTC" pageSize={5} />
    </>
  );
}

const root = document.querySelector("#root");
if (root === null) throw new Error("the page has no #root");
createRoot(root).render(
  <StrictMode>
    <OutlayProvider url={asked.get("server") ?? ""}>
      <Page />
    </OutlayProvider>
  </StrictMode>,
);
