import { amountIn, type ExportReader } from "../export-record.ts";
import { focusRow, isFocus } from "../focus-row.ts";
import type { ReportedSubject } from "../reported-row.ts";

const KINDS: Record<string, ReportedSubject["money"]> = {
  tax: "tax",
  refund: "credit",
  purchase: "fee",
};

/** Lines of a cost export (actual or amortised, any agreement) and of FOCUS, as CSV. Dollars are taken where both stand there. */
export const azureExport: ExportReader = {
  services: /openai|cognitive services|foundry|azure ai\b|ai services/i,
  read(record) {
    if (isFocus(record)) return focusRow("azure", record);
    const inUsd = record.text("CostInUSD") !== undefined;
    const kind = record.text("ChargeType")?.toLowerCase() ?? "usage";
    return {
      dayMs: record.day("Date", "UsageDateTime", "UsageDate"),
      services: [
        record.text("MeterCategory"),
        record.text("MeterSubCategory"),
        record.text("ConsumedService"),
        record.text("ProductName", "Product"),
      ],
      rows: [
        {
          provider: "azure",
          project: record.text("SubscriptionName", "SubscriptionId", "SubscriptionGuid"),
          key: record.text("ResourceName", "InstanceName", "ResourceId")?.split("/").at(-1),
          item: record.text("MeterName", "Meter", "MeterSubCategory", "MeterCategory"),
          geo: record.text("ResourceLocation", "ResourceRegion"),
          money: KINDS[kind],
          cost: amountIn(record, ...(inUsd ? ["CostInUSD"] : ["CostInBillingCurrency", "PreTaxCost", "Cost"])),
          currency: inUsd ? "USD" : record.text("BillingCurrencyCode", "BillingCurrency", "Currency"),
        },
      ],
    };
  },
};
