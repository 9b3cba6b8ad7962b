import type { SessionOrder } from "../api/outlay-client.ts";
import { OutlayProvider } from "../outlay-provider.tsx";
import { SessionsView } from "../sessions/sessions-view.tsx";
import { COMMON_ATTRIBUTES, DrawnElement } from "./drawn-element.ts";

/**
 * `<outlay-session-costs>` in place; with `drawer` over the page while it has `open`. Tells of a closing with the
 * event `close`, of an opened session with `session`, whose `detail` is its id or null.
 */
export class OutlaySessionCostsElement extends DrawnElement {
  static readonly observedAttributes = [
    ...COMMON_ATTRIBUTES,
    "drawer",
    "open",
    "session",
    "heading",
    "order",
    "page-size",
    "time-zone",
    "user",
    "agent",
    "project",
    "still",
  ];

  protected override content() {
    const order = this.text("order");
    return (
      <OutlayProvider client={this.client()}>
        <SessionsView
          mode={this.hasAttribute("drawer") ? "drawer" : "inline"}
          open={this.hasAttribute("open")}
          onClose={() => {
            // The browser's own closing and that of the button may both be heard.
            if (!this.hasAttribute("open")) return;
            this.removeAttribute("open");
            this.dispatchEvent(new CustomEvent("close"));
          }}
          session={this.text("session")}
          onSession={(detail) => this.dispatchEvent(new CustomEvent("session", { detail }))}
          title={this.text("heading")}
          order={ORDERS.find((known) => known === order)}
          pageSize={this.number("page-size")}
          timeZone={this.text("time-zone")}
          user={this.text("user")}
          agent={this.text("agent")}
          project={this.text("project")}
          thresholds={this.thresholds()}
          theme={this.theme()}
          live={!this.hasAttribute("still")}
        />
      </OutlayProvider>
    );
  }
}

const ORDERS: readonly SessionOrder[] = ["recent", "cost", "tokens", "calls"];
