import { amountIn, type ExportReader } from "../export-record.ts";
import { focusRow, isFocus } from "../focus-row.ts";
import type { ReportedSubject } from "../reported-row.ts";

const KINDS: Record<string, ReportedSubject["money"]> = {
  tax: "tax",
  credit: "credit",
  refund: "credit",
  fee: "fee",
  rifee: "fee",
};
const MODEL = /(?:foundation-model|inference-profile)\/([\w.:-]+)/;

/** Lines of CUR 2.0, of the older CUR (`lineItem/…`) and of FOCUS, as CSV or Parquet. */
export const awsExport: ExportReader = {
  services: /bedrock/i,
  read(record) {
    if (isFocus(record)) return focusRow("aws", record);
    const usageType = record.text("line_item_usage_type");
    const kind = record.text("line_item_line_item_type")?.toLowerCase() ?? "usage";
    const resource = record.text("line_item_resource_id") ?? "";
    return {
      dayMs: record.day("line_item_usage_start_date"),
      services: [
        record.text("line_item_product_code"),
        record.text("product_servicecode"),
        record.text("product_product_name", "product_ProductName"),
        record.text("line_item_line_item_description"),
        usageType,
      ],
      rows: [
        {
          provider: "aws",
          model: MODEL.exec(resource)?.[1],
          project: record.text("line_item_usage_account_name", "line_item_usage_account_id"),
          item: usageType ?? record.text("line_item_line_item_description"),
          geo: record.text("product_region_code", "product_region"),
          money: KINDS[kind],
          cost: amountIn(record, "line_item_net_unblended_cost", "line_item_unblended_cost"),
          listCost:
            record.text("pricing_public_on_demand_cost") === undefined
              ? undefined
              : amountIn(record, "pricing_public_on_demand_cost"),
          currency: record.text("line_item_currency_code"),
        },
      ],
    };
  },
};
