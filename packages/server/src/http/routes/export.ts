import type { Context } from "hono";
import { z } from "zod";
import { exportFocus } from "../../focus/export-focus.ts";
import type { ExportFile } from "../../ledger/answers.ts";
import { exportEvents, exportRows } from "../../ledger/export.ts";
import {
  compareParameters,
  filterParameters,
  groupParameters,
  metricParameters,
  periodParameters,
} from "../parameters.ts";
import { addRoute } from "../route.ts";
import { ledgerOf } from "../authorize.ts";
import type { HttpEnvironment } from "../environment.ts";
import type { App } from "../route.ts";

/** Downloads: every event, or the rows of a question. */
export function addExportRoutes(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/export",
      access: "read",
      tag: "Lists",
      summary: "Events, or with by the rows of a question, as a file",
      description:
        "Streamed. In CSV, text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers. In Parquet, money is DECIMAL(18, 9) and instants are timestamps of UTC.",
      query: z.object({
        format: z.string().optional().meta({ description: "csv (default), json, jsonl or parquet", example: "csv" }),
        ...periodParameters,
        ...filterParameters,
        ...metricParameters,
        ...groupParameters,
        ...compareParameters,
      }),
      answer: {
        mediaTypes: ["text/csv", "application/json", "application/x-ndjson", "application/vnd.apache.parquet"],
        description: "The file",
      },
    },
    async ({ c, query }) => {
      const rows = query["by"] !== undefined || query["metrics"] !== undefined;
      return fileResponse(c, await (rows ? exportRows(ledgerOf(c), query) : exportEvents(ledgerOf(c), query)));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/export/focus",
      access: "read",
      tag: "Lists",
      summary: "Costs and usage in the FinOps Open Cost and Usage Specification (FOCUS)",
      description:
        "Streamed. A row for each UTC day, provider, model, kind of token, price and project; charges as purchases, credits, adjustments and taxes, unless there are filters. ListCost is exactly ListUnitPrice × PricingQuantity; BilledCost adds up to what the ledger says. Usage without a known price has a cost of 0, because FOCUS knows no other: x_CostSource says unpriced, and so does its description.",
      query: z.object({
        version: z.string().optional().meta({
          description: "1.2 (default), or 1.3: with ServiceProviderName and HostProviderName",
          example: "1.2",
        }),
        format: z.string().optional().meta({ description: "csv (default) or parquet", example: "csv" }),
        ...periodParameters,
        ...filterParameters,
      }),
      answer: { mediaTypes: ["text/csv", "application/vnd.apache.parquet"], description: "The file" },
    },
    async ({ c, query }) => fileResponse(c, await exportFocus(ledgerOf(c), query)),
  );
}

/** A file to download. A failure on the way cuts the connection, so that half a file is not taken for a whole one. */
export function fileResponse(c: Context<HttpEnvironment>, file: ExportFile): Response {
  const { body, contentType, filename, sizeBytes } = file;
  return new Response(streamOf(body, c.get("abandon")), {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${filename}"`,
      ...(sizeBytes === undefined ? {} : { "content-length": String(sizeBytes) }),
    },
  });
}

function streamOf(
  parts: AsyncIterable<string | Uint8Array>,
  abandon: (error: unknown) => boolean,
): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      } catch (error) {
        if (abandon(error)) controller.close();
        else controller.error(error);
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
