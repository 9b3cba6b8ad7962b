import { createHash } from "node:crypto";
import type { PriceVersion } from "@outlay/core";

/** Where prices come from; the first that has one wins. */
export const LAYERS = ["override", "catalogue", "refreshed", "bundled"] as const satisfies PriceVersion["layer"][];

/** A price before it has an id. */
export type PriceFacts = Omit<PriceVersion, "id" | "layer" | "provider" | "model">;

/** All that one layer knows of one model at one provider. */
export interface ModelPrices {
  layer: PriceVersion["layer"];
  /** As `canonicalProvider` spells it. */
  provider: string;
  model: string;
  /**
   * Other ids of the same thing; start included, end excluded. With a note it is only likely that they are: it says
   * why, and the price is approximate.
   */
  aliases: { id: string; startMs: number | null; endMs: number | null; note?: string | undefined }[];
  /** Whether the layer's own loose pattern takes this id for the model. Good for an approximate price only. */
  resembles?: (id: string) => boolean;
  /** Ascending by start. */
  versions: PriceFacts[];
}

/** Completes a price. The id holds a hash of the content, so that it never names two different prices. */
export function toPriceVersion(
  owner: Pick<ModelPrices, "layer" | "provider" | "model">,
  facts: PriceFacts,
): PriceVersion {
  const { layer, provider, model } = owner;
  const { startMs, endMs, rates, adjustments, minimums } = facts;
  const hash = createHash("sha256")
    .update(JSON.stringify([startMs, endMs, rates, adjustments, minimums]))
    .digest("hex")
    .slice(0, 8);
  const start = startMs === null ? "" : new Date(startMs).toISOString();
  return { id: `${layer}:${provider}/${model}@${start}#${hash}`, layer, provider, model, ...facts };
}
