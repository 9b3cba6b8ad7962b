import type { ReportedSubject } from "./reported-row.ts";
import { amountIn, type ExportRecord, type ExportRow } from "./export-record.ts";

const CATEGORIES: Record<string, ReportedSubject["money"]> = {
  tax: "tax",
  credit: "credit",
  purchase: "fee",
};

/** Does the file have the columns of FOCUS, whoever wrote it? */
export function isFocus(record: ExportRecord): boolean {
  return record.has("BilledCost") && record.has("ChargePeriodStart");
}

/** A row of a FOCUS export (https://focus.finops.org/focus-specification/, 1.0 to 1.2). */
export function focusRow(provider: string, record: ExportRecord): ExportRow {
  const category = record.text("ChargeCategory")?.toLowerCase() ?? "usage";
  return {
    dayMs: record.day("ChargePeriodStart"),
    services: [record.text("ServiceName"), record.text("ChargeDescription"), record.text("SkuId")],
    rows: [
      {
        provider,
        project: record.text("SubAccountName") ?? record.text("SubAccountId"),
        item: record.text("ChargeDescription") ?? record.text("SkuId") ?? record.text("ServiceName"),
        geo: record.text("RegionId"),
        money: CATEGORIES[category],
        cost: amountIn(record, "BilledCost"),
        listCost: record.text("ListCost") === undefined ? undefined : amountIn(record, "ListCost"),
        currency: record.text("BillingCurrency"),
      },
    ],
  };
}
