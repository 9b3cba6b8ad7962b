import { fileURLToPath } from "node:url";
import type { CostReport } from "./cost-report.ts";
import type { ReportFonts } from "./draw-report.ts";

const FROM_SOURCE = import.meta.url.endsWith(".ts");

/**
 * A report as a PDF. What draws it and its fonts are files of their own beside the built program, loaded when the first is drawn;
 * as addresses that are made here, because the build would otherwise put them into the program.
 */
export async function reportPdf(report: CostReport): Promise<Uint8Array> {
  const address = new URL(FROM_SOURCE ? "./draw-report.ts" : "./draw-report.js", import.meta.url).href;
  const { drawReport } = (await import(address)) as typeof import("./draw-report.ts");
  return drawReport(report, fonts());
}

/** DejaVu Sans: Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic and many signs; no Chinese, Japanese, Korean, Indic. */
function fonts(): ReportFonts {
  return { plain: pathOf("DejaVuSans.ttf"), bold: pathOf("DejaVuSans-Bold.ttf") };
}

function pathOf(name: string): string {
  return fileURLToPath(
    FROM_SOURCE
      ? import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`)
      : new URL(`./fonts/${name}`, import.meta.url).href,
  );
}
