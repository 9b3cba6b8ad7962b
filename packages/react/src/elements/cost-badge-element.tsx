import type { CostBasis, OutlayEvent } from "../api/answers.ts";
import { BadgeOf } from "../badge/badge-of.tsx";
import type { CostNumbers } from "../badge/cost-facts.ts";
import { OutlayProvider } from "../outlay-provider.tsx";
import { COMMON_ATTRIBUTES, DrawnElement } from "./drawn-element.ts";

/**
 * `<outlay-cost-badge event-id="…">` asks for a call; `<outlay-cost-badge cost-usd="0.0042" input-tokens="1200" …>`
 * shows numbers; the property `event` takes a call as the API answers it. With none of them the cost is being waited for.
 */
export class OutlayCostBadgeElement extends DrawnElement {
  static readonly observedAttributes = [
    ...COMMON_ATTRIBUTES,
    "event-id",
    "cost-usd",
    "unpriced",
    "input-tokens",
    "cached-tokens",
    "output-tokens",
    "input-cost-usd",
    "output-cost-usd",
    "cache-savings-usd",
    "basis",
    "error-percent",
    "model",
    "label",
    "plain",
  ];
  #event: OutlayEvent | null = null;

  get event(): OutlayEvent | null {
    return this.#event;
  }

  set event(event: OutlayEvent | null) {
    this.#event = event;
    this.update();
  }

  protected override content() {
    const look = {
      thresholds: this.thresholds(),
      theme: this.theme(),
      plain: this.hasAttribute("plain"),
      label: this.text("label"),
    };
    return (
      <OutlayProvider client={this.client()}>
        <BadgeOf key={this.text("event-id")} {...look} {...this.#subject()} />
      </OutlayProvider>
    );
  }

  #subject(): { event: OutlayEvent } | { eventId: string } | { loading: true } | CostNumbers {
    if (this.#event !== null) return { event: this.#event };
    const eventId = this.text("event-id");
    if (eventId !== undefined) return { eventId };
    const costUsd = this.number("cost-usd");
    if (costUsd === undefined && !this.hasAttribute("unpriced")) return { loading: true };
    const basis = this.text("basis");
    return {
      costUsd: costUsd ?? null,
      inputTokens: this.number("input-tokens"),
      cachedTokens: this.number("cached-tokens"),
      outputTokens: this.number("output-tokens"),
      inputCostUsd: this.number("input-cost-usd"),
      outputCostUsd: this.number("output-cost-usd"),
      cacheSavingsUsd: this.number("cache-savings-usd"),
      errorPercent: this.number("error-percent"),
      model: this.text("model"),
      basis: BASES.find((known) => known === basis),
    };
  }
}

const BASES: readonly CostBasis[] = ["rated", "reported", "estimated", "unpriced"];
