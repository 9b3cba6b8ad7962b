import type { Config } from "./config.ts";
import type { PriceConfig } from "./prices/price-book.ts";

/** The part of the settings that prices come from; it follows them where they change. */
export function priceConfig(config: Readonly<Config>): PriceConfig {
  return {
    overrides: config.priceOverrides,
    names: config.modelNames,
    refresh: {
      get enabled() {
        return config.refreshPrices;
      },
      get url() {
        return config.pricesUrl ?? undefined;
      },
    },
  };
}
