import { remember, remembered } from "../ui/remembered.ts";

/** Single-key shortcuts get in the way of speech input, so they can be turned off. */
export function keysAreOn(): boolean {
  return remembered("keys") !== "off";
}

export function turnKeys(on: boolean): void {
  remember("keys", on ? null : "off");
}
