import { OutlayCostBadgeElement } from "./cost-badge-element.tsx";
import { OutlaySessionCostsElement } from "./session-costs-element.tsx";

export { OutlayCostBadgeElement, OutlaySessionCostsElement };

define("outlay-cost-badge", OutlayCostBadgeElement);
define("outlay-session-costs", OutlaySessionCostsElement);

/** A page may load the file twice. */
function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}

declare global {
  interface HTMLElementTagNameMap {
    "outlay-cost-badge": OutlayCostBadgeElement;
    "outlay-session-costs": OutlaySessionCostsElement;
  }
}
