import { parseFraction } from "@outlay/core";
import { BadLine, amountIn, type ExportReader } from "../export-record.ts";
import { focusRow, isFocus } from "../focus-row.ts";
import type { FoundRow } from "../reported-row.ts";

const MODEL = /\bgemini\s+(\d+(?:\.\d+)?)\s+(pro|flash(?:[\s-]+lite)?)\b/i;

/** Rows of the Cloud Billing export, as JSON lines or CSV out of BigQuery, and of FOCUS. Credits stand apart: they are negative. */
export const googleExport: ExportReader = {
  services: /vertex ai|gemini|generative language|agent platform/i,
  read(record) {
    if (isFocus(record)) return focusRow("google", record);
    const sku = record.text("sku.description", "sku_description");
    const named = sku === undefined ? null : MODEL.exec(sku);
    const isTax = record.text("cost_type")?.toLowerCase() === "tax";
    const row: FoundRow = {
      provider: "google",
      model: named === null ? undefined : `gemini-${named[1]}-${named[2]!.toLowerCase().replaceAll(/[\s-]+/g, "-")}`,
      project: record.text("project.id", "project_id", "project.name"),
      item: sku,
      geo: record.text("location.region"),
      money: isTax ? "tax" : undefined,
      cost: amountIn(record, "cost"),
      currency: record.text("currency"),
    };
    const { cost: _cost, ...subject } = row;
    return {
      dayMs: record.day("usage_start_time"),
      services: [record.text("service.description", "service_description"), sku],
      rows: [
        row,
        ...creditsOf(record.value("credits")).map(({ name, amount }): FoundRow => ({
          ...subject,
          item: name ?? "credit",
          money: "credit",
          cost: parseFraction(amount),
        })),
      ],
    };
  },
};

/** A list, or the text of one in a CSV column. */
function creditsOf(value: unknown): { name: string | undefined; amount: string }[] {
  if (value === undefined || value === null || value === "") return [];
  let list: unknown = value;
  if (typeof value === "string") {
    try {
      list = JSON.parse(value);
    } catch {
      throw new BadLine("credits is no JSON");
    }
  }
  if (!Array.isArray(list)) throw new BadLine("credits is no list");
  return list.map((credit) => {
    const { name, amount } = credit as { name?: unknown; amount?: unknown };
    const text = String(amount);
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)) throw new BadLine("a credit has no amount");
    return { name: typeof name === "string" ? name : undefined, amount: text };
  });
}
