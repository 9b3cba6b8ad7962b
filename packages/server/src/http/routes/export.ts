import type { Context } from "hono";
import { z } from "zod";
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
