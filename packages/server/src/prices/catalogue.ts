import { METERS } from "@outlay/core";
import { z } from "zod";
import { canonicalProvider } from "./canonical-provider.ts";
import type { ModelPrices } from "./price-layer.ts";
import { priceFiles } from "../../../../catalogue/prices/index.ts";

const meters = Object.keys(METERS) as (keyof typeof METERS)[];

/** USD per the meter's stated quantity: a plain decimal, no sign, no exponent. */
const decimal = z.string().regex(/^\d+(\.\d+)?$/, "expected a decimal string such as 0.15");
const factor = z
  .string()
  .regex(/^\d+(\.\d+)?$|^\d+\/[1-9]\d*$/, "expected a decimal string or a fraction such as 11/10");
const meter = z.enum(meters);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "expected HH:MM in UTC");
const date = z.iso.date();
const lowerCase = z.string().refine((text) => text === text.toLowerCase(), "expected lower case");

export const ratesSchema = z
  .partialRecord(meter, decimal)
  .refine((rates) => Object.keys(rates).length > 0, "expected at least one rate");

const conditionSchema = z.strictObject({
  inputTokensAbove: z.number().int().min(0).optional(),
  inputTokensFrom: z.number().int().min(0).optional(),
  serviceTier: z.array(lowerCase).min(1).optional(),
  geo: z.array(lowerCase).min(1).optional(),
  window: z
    .strictObject({
      days: z.array(z.number().int().min(1).max(7)).min(1).optional(),
      from: timeOfDay.optional(),
      to: timeOfDay.optional(),
      except: z.array(date).optional(),
    })
    .optional(),
  imageSize: z.array(lowerCase).min(1).optional(),
  imageQuality: z.array(lowerCase).min(1).optional(),
  searchContext: z.array(lowerCase).min(1).optional(),
});

export const adjustmentSchema = z
  .strictObject({
    when: conditionSchema,
    rates: ratesSchema.optional(),
    multiply: factor.optional(),
    meters: z.array(meter).min(1).optional(),
    applies: z.enum(["whole", "part"]).optional(),
  })
  .refine((it) => it.rates !== undefined || it.multiply !== undefined, "expected rates or multiply")
  .refine(
    (it) => it.applies !== "part" || it.when.inputTokensAbove !== undefined,
    "a part needs when.inputTokensAbove",
  );

const instant = z.iso
  .datetime()
  .nullable()
  .transform((text) => (text === null ? null : Date.parse(text)));
const source = z.string().min(1);

const versionSchema = z.strictObject({
  from: instant,
  to: instant,
  rates: ratesSchema,
  adjustments: z.array(adjustmentSchema).default([]),
  minimums: z.partialRecord(meter, z.number().positive()).optional(),
  source,
  checkedOn: date,
  note: z.string().optional(),
});

const aliasSchema = z.union([
  z
    .string()
    .min(1)
    .transform((id) => ({ id, from: null, to: null, note: undefined })),
  z.strictObject({
    id: z.string().min(1),
    from: instant.default(null),
    to: instant.default(null),
    note: z.string().optional(),
  }),
]);

const modelSchema = z.strictObject({
  model: z.string().min(1),
  aliases: z.array(aliasSchema).default([]),
  versions: z
    .array(versionSchema)
    .min(1)
    .refine(
      (versions) => versions.every((it, i) => i === 0 || (it.from ?? -Infinity) > (versions[i - 1]!.from ?? -Infinity)),
      "versions must ascend by their start",
    ),
});

const ruleSchema = z.strictObject({
  models: z.array(z.string().min(1)).min(1),
  name: z.string().min(1),
  from: instant.default(null),
  to: instant.default(null),
  adjustments: z.array(adjustmentSchema).min(1),
  source,
  checkedOn: date,
  note: z.string().optional(),
});

/** One file of `catalogue/prices`: what we know of one provider's prices, with sources. */
const catalogueFileSchema = z.strictObject({
  provider: z.string().min(1),
  rules: z.array(ruleSchema).default([]),
  models: z.array(modelSchema).default([]),
});

export type CatalogueFile = z.output<typeof catalogueFileSchema>;
export type CatalogueRule = CatalogueFile["rules"][number];

/** Our own dated prices. They are as a test has checked them: doing it again would be a tenth of every start. */
export function openCatalogue(): CatalogueFile[] {
  const files = priceFiles as z.input<typeof catalogueFileSchema>[];
  return files.map(({ provider, rules = [], models = [] }) => ({
    provider,
    rules: rules.map((rule) => ({ ...rule, from: toMs(rule.from), to: toMs(rule.to) })),
    models: models.map(({ model, aliases = [], versions }) => ({
      model,
      aliases: aliases.map((alias) => {
        const given = typeof alias === "string" ? { id: alias } : alias;
        return { ...given, from: toMs(given.from), to: toMs(given.to) };
      }),
      versions: versions.map((version) => ({
        ...version,
        from: toMs(version.from),
        to: toMs(version.to),
        adjustments: version.adjustments ?? [],
      })),
    })),
  }));
}

function toMs(text: string | null | undefined): number | null {
  return text == null ? null : Date.parse(text);
}

/** The same, checked. The message of a mistake names the provider and the place. */
export function readCatalogue(files: unknown[] = priceFiles): CatalogueFile[] {
  return files.map((file) => {
    const result = catalogueFileSchema.safeParse(file);
    if (result.success) return result.data;
    const provider = (file as { provider?: unknown }).provider;
    throw new Error(`catalogue/prices/${String(provider)}.json: ${z.prettifyError(result.error)}`);
  });
}

/** The catalogue's prices in the form of all layers. */
export function catalogueLayer(files: CatalogueFile[]): ModelPrices[] {
  return files.flatMap(({ provider, models }) =>
    models.map(({ model, aliases, versions }) => ({
      layer: "catalogue" as const,
      provider: canonicalProvider(provider),
      model,
      aliases: aliases.map(({ id, from, to, note }) => ({ id, startMs: from, endMs: to, note })),
      versions: versions.map(({ from, to, ...facts }) => ({ startMs: from, endMs: to, ...facts })),
    })),
  );
}
