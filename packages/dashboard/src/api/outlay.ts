import { OutlayClient } from "@outlay/react";
import { serverUrl } from "./server-url.ts";

/** The page's one client of the server that it came from: its live connection is everybody's. */
export const outlay = new OutlayClient({ url: serverUrl("/") });
