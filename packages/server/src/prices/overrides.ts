import { InvalidInput, METERS, type Adjustment, type Rates } from "@outlay/core";
import { z } from "zod";
import type { Storage } from "../storage/storage.ts";
import { canonicalProvider } from "./canonical-provider.ts";
import { adjustmentSchema, ratesSchema } from "./catalogue.ts";
import type { ModelPrices } from "./price-layer.ts";

/** A price that the user set for a model, for a time. It goes before every list. */
export interface PriceOverride {
  provider: string;
  model: string;
  /** Start included; null: since ever. */
  startMs: number | null;
  /** End excluded; null: until the next override of the same model, or for ever. */
  endMs: number | null;
  rates: Rates;
  /** None when absent. */
  adjustments?: Adjustment[] | undefined;
  note?: string | undefined;
}

const DOCUMENT = "prices.overrides";

/** An instant, or a date for its start in UTC. */
const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: "expected a date such as 2026-11-01 or an instant such as 2026-11-01T08:00:00Z",
  })
  .nullish()
  .transform((text) => (text == null ? null : Date.parse(text)));

/** The wire form, in `PUT /api/v1/prices/overrides` and in the configuration file. */
export const overrideSchema = z
  .strictObject({
    provider: z.string().min(1).max(512),
    model: z.string().min(1).max(512),
    from: instant.meta({ description: "Start included; absent: since ever" }),
    to: instant.meta({ description: "End excluded; absent: until replaced" }),
    rates: ratesSchema.meta({ description: `USD for the meter's quantity: ${describeMeters()}` }),
    adjustments: z.array(adjustmentSchema).max(30).default([]),
    note: z.string().max(4_096).optional(),
  })
  .refine((it) => it.from === null || it.to === null || it.from < it.to, {
    error: "expected an end after the start",
    path: ["to"],
  });

/** Reads the wire form. InvalidInput `invalid_override` names the first bad field. */
export function parseOverride(value: unknown): PriceOverride {
  const result = overrideSchema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    const field = [...issue.path, ...(issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [])].join(".");
    const given = issue.path.reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown>)?.[name], value);
    const said = typeof given === "string" || typeof given === "number" ? ` is ${JSON.stringify(given)}` : "";
    throw new InvalidInput("invalid_override", `${field || "the override"}${said}: ${issue.message}`, { field });
  }
  const { from, to, note, ...facts } = result.data;
  return { ...facts, startMs: from, endMs: to, ...(note === undefined ? {} : { note }) };
}

/** The overrides kept in the data folder. */
export async function readOverrides(storage: Storage): Promise<PriceOverride[]> {
  const document = await storage.getDocument(DOCUMENT);
  return (document as { overrides: PriceOverride[] } | null | undefined)?.overrides ?? [];
}

export async function writeOverrides(storage: Storage, overrides: PriceOverride[]): Promise<void> {
  await storage.putDocument(DOCUMENT, { overrides });
}

/** Whether two overrides are about the same model at the same provider, however they spell it. */
export function isSameModel(a: { provider: string; model: string }, b: { provider: string; model: string }): boolean {
  return canonicalProvider(a.provider) === canonicalProvider(b.provider) && key(a.model) === key(b.model);
}

/** Overrides in the form of all layers: one entry a model, its versions ascending. */
export function overrideLayer(overrides: PriceOverride[]): ModelPrices[] {
  const models = new Map<string, ModelPrices>();
  for (const { provider, model, ...facts } of overrides.toSorted(
    (a, b) => (a.startMs ?? -Infinity) - (b.startMs ?? -Infinity),
  )) {
    const payer = canonicalProvider(provider);
    const id = `${payer}/${key(model)}`;
    const prices = models.get(id) ?? {
      layer: "override",
      provider: payer,
      model: model.trim(),
      aliases: [],
      versions: [],
    };
    models.set(id, prices);
    prices.versions.push({ ...facts, adjustments: facts.adjustments ?? [], source: "set by hand" });
  }
  return [...models.values()];
}

function key(model: string): string {
  return model.trim().toLowerCase();
}

function describeMeters(): string {
  return Object.entries(METERS)
    .map(([meter, { per, unit }]) => `${meter} for ${per.toLocaleString("en")} ${unit}`)
    .join(", ");
}
