import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import type { Root } from "react-dom/client";
import { OutlayClient } from "../api/outlay-client.ts";
import { adoptStyle } from "../style-sheet.ts";
import type { OutlayTheme } from "../theme.ts";

/** A custom element that draws a component in its shadow root, again whenever an attribute changes. */
export abstract class DrawnElement extends HTMLElement {
  #root: Root | null = null;
  #isDue = false;

  connectedCallback(): void {
    this.update();
  }

  disconnectedCallback(): void {
    // An element that is only moved is connected again at once.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#root?.unmount();
      this.#root = null;
    });
  }

  attributeChangedCallback(): void {
    this.update();
  }

  /** Draws soon: several changes are one drawing. */
  protected update(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#draw();
    });
  }

  /** What to draw. */
  protected abstract content(): ReactNode;

  /** The client of the server that `url` names, else of the one that this file came from: it serves it at `/components/outlay.js`. */
  protected client(): OutlayClient {
    return clientOf(this.getAttribute("url") ?? new URL("..", ADDRESS).href, this.getAttribute("api-key"));
  }

  /** An attribute's number; undefined when it is absent or none. */
  protected number(name: string): number | undefined {
    const text = this.getAttribute(name)?.trim() ?? "";
    const value = Number(text);
    return text === "" || !Number.isFinite(value) ? undefined : value;
  }

  protected text(name: string): string | undefined {
    return this.getAttribute(name) ?? undefined;
  }

  protected theme(): OutlayTheme {
    const theme = this.getAttribute("theme");
    return theme === "light" || theme === "dark" ? theme : "page";
  }

  protected thresholds() {
    const middleUsd = this.number("middle-usd");
    const highUsd = this.number("high-usd");
    return { ...(middleUsd === undefined ? {} : { middleUsd }), ...(highUsd === undefined ? {} : { highUsd }) };
  }

  #draw(): void {
    if (this.#root === null) {
      const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      adoptStyle(shadow);
      this.#root = createRoot(shadow);
    }
    this.#root.render(this.content());
  }
}

/** Of this file. Named apart, so that no bundler takes it for the address of another one. */
const ADDRESS = import.meta.url;

const clients = new Map<string, OutlayClient>();

/** All elements that ask the same server with the same key share one connection. */
function clientOf(url: string, apiKey: string | null): OutlayClient {
  const name = JSON.stringify([url, apiKey]);
  const client = clients.get(name) ?? new OutlayClient({ url, ...(apiKey === null ? {} : { apiKey }) });
  clients.set(name, client);
  return client;
}

/** Attributes that every element has. */
export const COMMON_ATTRIBUTES = ["url", "api-key", "theme", "middle-usd", "high-usd"];
