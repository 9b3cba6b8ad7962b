import { createContext, useContext, useMemo } from "react";
import type { ReactNode } from "react";
import { OutlayClient } from "./api/outlay-client.ts";
import type { OutlayClientOptions } from "./api/outlay-client.ts";

export interface OutlayProviderProps extends Partial<OutlayClientOptions> {
  /** One made elsewhere, in place of `url`, `apiKey` and `fetch`. */
  client?: OutlayClient;
  children?: ReactNode;
}

/** Tells the components below which Outlay server to ask. They share one live connection. */
export function OutlayProvider({ client, url = "", apiKey, fetch: ownFetch, children }: OutlayProviderProps) {
  const own = useMemo(
    () => client ?? new OutlayClient({ url, apiKey, fetch: ownFetch }),
    [client, url, apiKey, ownFetch],
  );
  return <ClientContext.Provider value={own}>{children}</ClientContext.Provider>;
}

/** The client of the provider above; null without one. */
export function useOptionalOutlay(): OutlayClient | null {
  return useContext(ClientContext);
}

/** The client of the provider above. Throws an error that says what to do when there is none. */
export function useOutlay(): OutlayClient {
  const client = useContext(ClientContext);
  if (client === null)
    throw new Error("Wrap this part of the page in <OutlayProvider url=…>: it asks an Outlay server.");
  return client;
}

const ClientContext = createContext<OutlayClient | null>(null);
