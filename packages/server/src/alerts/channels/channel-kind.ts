import type { z } from "zod";
import type { AddressPolicy } from "./address-policy.ts";
import type { Outgoing } from "./outgoing.ts";

/** One way to reach people or machines: what its channels are made from, and how a message goes out. */
export interface ChannelKind<Settings extends Record<string, unknown> = Record<string, unknown>> {
  /** As they come in; strict, so that a typing error is not a silent loss. */
  settings: z.ZodType<Settings>;
  /** Settings that are encrypted and never shown. */
  secrets: readonly (keyof Settings & string)[];
  /** A burst may be put together into one message; machines want each on its own. */
  groups: boolean;
  /** Messages a minute when its owner says nothing; no receiver in this list takes less. */
  maxPerMinute: number;
  /** Settings that the owner left out and that are made here. */
  complete?(settings: Settings): Settings;
  /** Resolves with what the other side answered; rejects with SendFailed. */
  send(outgoing: Outgoing, settings: Settings, means: SendingMeans): Promise<string>;
}

/** What sending needs besides. */
export interface SendingMeans {
  policy: AddressPolicy;
  now: () => number;
  /** The process ends: nobody waits for an answer any more. */
  signal?: AbortSignal;
  /** The addresses that a name stands for; default: what the machine's resolver says. */
  resolve?: (host: string) => Promise<ResolvedAddress[]>;
}

export interface ResolvedAddress {
  address: string;
  family: number;
}
