import PdfFile from "pdfkit";
import type { CostReport, ReportRow } from "./cost-report.ts";
import { change, count, money, notesOf } from "./report-words.ts";

/** Files of the fonts that are embedded. */
export interface ReportFonts {
  plain: string;
  bold: string;
}

const PAGE = { width: 595.28, height: 841.89, margin: 48 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
const BOTTOM = PAGE.height - 64;
const INK = "#1d2433";
const MUTED = "#5c6577";
const LINE = "#d7dce5";
const BAR = "#3565d6";
const PALE = "#f3f5f9";
const OVER = "#b3261e";

/** A report as a PDF of some pages, with its fonts in it. */
export async function drawReport(report: CostReport, fonts: ReportFonts): Promise<Uint8Array> {
  const paper = new Paper(report, fonts);
  paper.heading();
  paper.figures();
  paper.dayChart();
  for (const top of report.tops) paper.ranking(top);
  paper.budgets();
  paper.charges();
  paper.notes();
  return paper.finish();
}

/** What of pdfkit's fonts is asked: not in its types. */
interface EmbeddedFont {
  font: { hasGlyphForCodePoint(codePoint: number): boolean };
}

class Paper {
  #report: CostReport;
  #pdf: PDFKit.PDFDocument;
  #y = PAGE.margin;
  #glyphs: EmbeddedFont["font"];
  #hasCodes = false;

  constructor(report: CostReport, { plain, bold }: ReportFonts) {
    this.#report = report;
    this.#pdf = new PdfFile({
      size: "A4",
      margin: 0,
      font: plain,
      bufferPages: true,
      lang: "en",
      displayTitle: true,
      info: { Title: report.title, Producer: "Outlay", Creator: "Outlay", CreationDate: new Date(report.takenAtMs) },
    });
    this.#pdf.registerFont("plain", plain).registerFont("bold", bold).font("plain");
    this.#glyphs = (this.#pdf as unknown as Record<"_font", EmbeddedFont>)["_font"].font;
  }

  heading(): void {
    const { title, period, takenAtMs, finished } = this.#report;
    this.#text(title, { size: 19, font: "bold" });
    const taken = new Intl.DateTimeFormat("en-GB", {
      timeZone: period.timeZone,
      dateStyle: "long",
      timeStyle: "short",
    }).format(takenAtMs);
    this.#text(`${period.timeZone} \u00b7 ${finished ? "" : "not over yet \u00b7 "}taken ${taken}`, {
      size: 9,
      color: MUTED,
    });
    this.#y += 14;
  }

  figures(): void {
    const { totals, before } = this.#report;
    const cards = [
      { label: "Cost", value: money(totals.cost), change: change(totals.cost, before.cost), was: money(before.cost) },
      {
        label: "Calls",
        value: count(totals.calls),
        change: change(totals.calls, before.calls),
        was: count(before.calls),
      },
      {
        label: "Tokens",
        value: count(totals.tokens),
        change: change(totals.tokens, before.tokens),
        was: count(before.tokens),
      },
      {
        label: "Failed",
        value: count(totals.errors),
        change: change(totals.errors, before.errors),
        was: count(before.errors),
      },
    ];
    const gap = 10;
    const width = (WIDTH - gap * (cards.length - 1)) / cards.length;
    for (const [index, card] of cards.entries()) {
      const x = PAGE.margin + index * (width + gap);
      this.#pdf.roundedRect(x, this.#y, width, 68, 5).fill(PALE);
      this.#at(card.label, x + 10, this.#y + 9, { size: 8.5, color: MUTED, width: width - 20 });
      this.#at(card.value, x + 10, this.#y + 23, { size: 15, font: "bold", width: width - 20 });
      const against = card.change === null ? `before: ${card.was}` : `${card.change} against ${card.was}`;
      this.#at(against, x + 10, this.#y + 48, { size: 7.5, color: MUTED, width: width - 20 });
    }
    this.#y += 68 + 22;
  }

  dayChart(): void {
    const { days } = this.#report;
    if (days.length < 2) return;
    this.#section("Cost by day", 190);
    const height = 130;
    const left = PAGE.margin + 46;
    const width = PAGE.margin + WIDTH - left;
    const top = this.#y;
    const scale = niceScale(Math.max(...days.map(({ cost }) => cost ?? 0)));
    for (const tick of scale.ticks) {
      const y = top + height - (tick / scale.max) * height;
      this.#pdf
        .moveTo(left, y)
        .lineTo(left + width, y)
        .lineWidth(0.5)
        .strokeColor(LINE)
        .stroke();
      this.#at(money(tick), PAGE.margin, y - 5, { size: 7.5, color: MUTED, width: 40, align: "right" });
    }
    const step = width / days.length;
    const every = Math.ceil(days.length / 10);
    for (const [index, { label, cost }] of days.entries()) {
      const x = left + index * step;
      const tall = ((cost ?? 0) / scale.max) * height;
      if (tall > 0) this.#pdf.rect(x + step * 0.15, top + height - tall, step * 0.7, tall).fill(BAR);
      if (index % every === 0) {
        this.#at(label.slice(5), x - 12, top + height + 5, {
          size: 7,
          color: MUTED,
          width: step + 24,
          align: "center",
        });
      }
    }
    this.#y = top + height + 30;
  }

  ranking({ heading, rows }: CostReport["tops"][number]): void {
    this.#section(heading, 46 + Math.min(rows.length, 4) * 16);
    const most = Math.max(...rows.map(({ cost }) => cost ?? 0), 0);
    const total = this.#report.totals.cost ?? 0;
    const head = { size: 7.5, color: MUTED, align: "right" as const };
    this.#at("Cost", 340, this.#y, { ...head, width: 75 });
    this.#at("Share", 420, this.#y, { ...head, width: 50 });
    this.#at("Calls", 475, this.#y, { ...head, width: PAGE.width - PAGE.margin - 475 });
    this.#y += 13;
    for (const row of rows) {
      this.#room(16);
      const { cost, calls } = row;
      if (most > 0 && cost !== null) this.#pdf.rect(PAGE.margin, this.#y + 11.5, (cost / most) * 280, 2).fill(BAR);
      this.#at(nameOf(row), PAGE.margin, this.#y, {
        size: 9,
        width: 280,
        color: row.other || row.name === null ? MUTED : INK,
      });
      const right = { size: 9, align: "right" as const };
      this.#at(money(cost), 340, this.#y, { ...right, width: 75 });
      this.#at(share(cost, total), 420, this.#y, { ...right, width: 50, color: MUTED });
      this.#at(count(calls), 475, this.#y, { ...right, width: PAGE.width - PAGE.margin - 475, color: MUTED });
      this.#y += 17;
    }
    this.#y += 14;
  }

  budgets(): void {
    const { budgets } = this.#report;
    if (budgets.length === 0) return;
    this.#section("Budgets and limits", 60);
    for (const { name, spentUsd, amountUsd } of budgets) {
      this.#room(28);
      const used = amountUsd === 0 ? 1 : spentUsd / amountUsd;
      const isOver = used > 1;
      this.#at(name, PAGE.margin, this.#y, { size: 9, width: 280 });
      const words = `${money(spentUsd)} of ${money(amountUsd)} (${Math.round(used * 100)} %${isOver ? ", over" : ""})`;
      this.#at(words, 340, this.#y, {
        size: 9,
        width: PAGE.width - PAGE.margin - 340,
        align: "right",
        color: isOver ? OVER : INK,
      });
      this.#pdf.roundedRect(PAGE.margin, this.#y + 14, WIDTH, 4, 2).fill(PALE);
      if (used > 0) {
        this.#pdf
          .roundedRect(PAGE.margin, this.#y + 14, Math.max(4, Math.min(1, used) * WIDTH), 4, 2)
          .fill(isOver ? OVER : BAR);
      }
      this.#y += 28;
    }
    this.#y += 8;
  }

  charges(): void {
    const { charges } = this.#report;
    const kinds = Object.entries(charges?.byKind ?? {});
    if (charges === null || (kinds.length === 0 && charges.revenueUsd === 0)) return;
    this.#section("Charges besides usage", 60);
    const lines: [string, number][] = kinds.map(([kind, usd]) => [kind.replaceAll("_", " "), usd]);
    if (kinds.length > 1) lines.push(["together", charges.totalUsd]);
    if (charges.revenueUsd !== 0) lines.push(["revenue (money that came in)", charges.revenueUsd]);
    for (const [label, usd] of lines) {
      this.#room(16);
      this.#at(label, PAGE.margin, this.#y, { size: 9, width: 280 });
      this.#at(money(usd), 340, this.#y, { size: 9, width: 75, align: "right" });
      this.#y += 16;
    }
    this.#y += 14;
  }

  notes(): void {
    this.#section("Notes", 60);
    for (const note of notesOf(this.#report)) this.#text(note, { size: 8.5, color: MUTED });
    if (this.#hasCodes) {
      this.#text(
        "Names in scripts that the font of this document does not have are written by the numbers of their characters, such as \u27e8U+4E2D\u27e9.",
        { size: 8.5, color: MUTED },
      );
    }
  }

  async finish(): Promise<Uint8Array> {
    const { start, count: pages } = this.#pdf.bufferedPageRange();
    for (let page = start; page < start + pages; page++) {
      this.#pdf.switchToPage(page);
      const y = PAGE.height - 40;
      this.#pdf
        .moveTo(PAGE.margin, y - 8)
        .lineTo(PAGE.margin + WIDTH, y - 8)
        .lineWidth(0.5)
        .strokeColor(LINE)
        .stroke();
      this.#at(this.#report.title, PAGE.margin, y, { size: 7.5, color: MUTED, width: WIDTH - 80 });
      const right = { size: 7.5, color: MUTED, width: 80, align: "right" as const };
      this.#at(`Page ${page + 1} of ${pages}`, PAGE.margin + WIDTH - 80, y, right);
    }
    const chunks: Uint8Array[] = [];
    this.#pdf.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    const ended = new Promise((resolve, reject) => this.#pdf.on("end", resolve).on("error", reject));
    this.#pdf.end();
    await ended;
    return Buffer.concat(chunks);
  }

  /** A heading that is not left alone at the end of a page. */
  #section(heading: string, height: number): void {
    this.#room(height);
    this.#text(heading, { size: 11.5, font: "bold" });
    this.#y += 5;
  }

  #room(height: number): void {
    if (this.#y + height <= BOTTOM) return;
    this.#pdf.addPage();
    this.#y = PAGE.margin;
  }

  /** A paragraph, below what was written before. */
  #text(text: string, { size, font = "plain", color = INK }: TextStyle): void {
    const shown = this.#readable(text);
    this.#pdf.font(font).fontSize(size);
    const height = this.#pdf.heightOfString(shown, { width: WIDTH });
    this.#room(height);
    this.#pdf.fillColor(color).text(shown, PAGE.margin, this.#y, { width: WIDTH });
    this.#y += height + 3;
  }

  /** One line, shortened where it is too long. */
  #at(
    text: string,
    x: number,
    y: number,
    style: TextStyle & { width: number; align?: "left" | "right" | "center" },
  ): void {
    const { size, font = "plain", color = INK, width, align = "left" } = style;
    const options = { width, align, lineBreak: false, height: size * 1.4, ellipsis: true };
    this.#pdf
      .font(font)
      .fontSize(size)
      .fillColor(color)
      .text(this.#fitting(this.#readable(text), width), x, y, options);
  }

  #fitting(text: string, width: number): string {
    if (this.#pdf.widthOfString(text) <= width) return text;
    let end = text.length;
    while (end > 1 && this.#pdf.widthOfString(`${text.slice(0, end)}\u2026`) > width) end--;
    return `${text.slice(0, end)}\u2026`;
  }

  /** What the font has no sign for is written by its number: a row of boxes would tell nobody who is meant. */
  #readable(text: string): string {
    return text.replaceAll(/\P{ASCII}+/gu, (part) =>
      Array.from(part, (sign) => {
        const code = sign.codePointAt(0)!;
        if (this.#glyphs.hasGlyphForCodePoint(code)) return sign;
        this.#hasCodes = true;
        return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
      }).join(""),
    );
  }
}

interface TextStyle {
  size: number;
  font?: "plain" | "bold";
  color?: string;
}

function nameOf({ name, other }: ReportRow): string {
  if (other) return "(others)";
  return name ?? "(not said)";
}

function share(cost: number | null, total: number): string {
  return cost === null || total === 0 ? "\u2013" : `${((cost / total) * 100).toFixed(1)} %`;
}

/** At most five steps that are one, two or five of a power of ten. */
function niceScale(most: number): { max: number; ticks: number[] } {
  if (most <= 0) return { max: 1, ticks: [0] };
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((it) => it * power).find((it) => most / it <= 4.5)!;
  const steps = Math.ceil(most / step);
  return { max: steps * step, ticks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}
