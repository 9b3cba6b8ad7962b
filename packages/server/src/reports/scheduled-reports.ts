import { checkTimeZone, InvalidInput } from "@outlay/core";
import { randomUUID } from "node:crypto";
import type { AlertMessage, MailDocument } from "../alerts/alert-message.ts";
import type { OpenChannels } from "../alerts/channels/open-channels.ts";
import { exportRows } from "../ledger/export.ts";
import { parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Limits } from "../limits/limits.ts";
import { costReport, type CostReport } from "./cost-report.ts";
import { reportMail } from "./report-mail.ts";
import { reportPdf } from "./report-pdf.ts";
import { periodAround, type ReportPeriod } from "./report-period.ts";
import { runAt, ScheduleBook, type ReportSchedule } from "./schedule.ts";

/** What a schedule is made from. */
export type ScheduleInput = Omit<
  ReportSchedule,
  "id" | "createdAtMs" | "lastLabel" | "lastAtMs" | "timeZone" | "recipients"
> & { timeZone?: string | undefined; recipients?: string[] | null | undefined };

const MAIL_KINDS = new Set(["smtp", "resend"]);

/** Reports that come by e-mail by themselves. */
export class ScheduledReports {
  readonly #ledger: Ledger;
  readonly #limits: Limits;
  readonly #channels: OpenChannels;
  readonly #book: ScheduleBook;

  constructor(parts: { ledger: Ledger; limits: Limits; channels: OpenChannels }) {
    this.#ledger = parts.ledger;
    this.#limits = parts.limits;
    this.#channels = parts.channels;
    this.#book = new ScheduleBook(parts.ledger.storage);
  }

  /** With the instant of the next run. */
  async list(): Promise<(ReportSchedule & { nextAtMs: number | null })[]> {
    return (await this.#book.list()).map((schedule) => ({ ...schedule, nextAtMs: this.#nextAt(schedule) }));
  }

  /** InvalidInput `channel_not_found`, `not_a_mail_channel`, `unknown_time_zone`, those of filters; `schedule_not_found`. */
  async put(input: ScheduleInput, id: string | null): Promise<ReportSchedule> {
    const before = id === null ? null : await this.#book.get(id);
    const timeZone = input.timeZone ?? before?.timeZone ?? this.#ledger.timeZone;
    checkTimeZone(timeZone);
    parseFilters(input.filters);
    const { kind } = this.#channels.book.get(input.channelId);
    if (!MAIL_KINDS.has(kind)) {
      throw new InvalidInput("not_a_mail_channel", `Reports go by e-mail; that channel is one of ${kind}`, {
        field: "channelId",
      });
    }
    const schedule: ReportSchedule = {
      ...input,
      timeZone,
      recipients: input.recipients ?? null,
      id: id ?? randomUUID(),
      createdAtMs: before?.createdAtMs ?? this.#ledger.now(),
      lastLabel: before?.every === input.every ? before.lastLabel : null,
      lastAtMs: before?.lastAtMs ?? null,
    };
    await this.#book.put(schedule);
    return schedule;
  }

  remove(id: string): Promise<void> {
    return this.#book.remove(id);
  }

  /** What the next one would say if its period were the last that is over. */
  async preview(id: string): Promise<MailDocument> {
    const schedule = await this.#book.get(id);
    return this.#mailOf(schedule, this.#lastPeriod(schedule));
  }

  /** Sends the last one now, whether it was sent before or not. */
  async sendNow(id: string): Promise<void> {
    const schedule = await this.#book.get(id);
    await this.#send(schedule, this.#lastPeriod(schedule), `${this.#ledger.now()}`);
  }

  /**
   * Sends what is due. What was missed while the server was away is sent once: the last of it. The name of each message follows
   * from the schedule and the period, so that a process that is killed between sending and noting sends nothing twice.
   */
  async run(): Promise<void> {
    for (const schedule of await this.#book.list()) {
      const due = schedule.enabled ? this.#due(schedule) : null;
      if (due === null) continue;
      await this.#send(schedule, due, due.label);
      await this.#book.put({ ...schedule, lastLabel: due.label, lastAtMs: this.#ledger.now() });
    }
  }

  #due(schedule: ReportSchedule): ReportPeriod | null {
    const { every, hour, timeZone, lastLabel, createdAtMs } = schedule;
    const nowMs = this.#ledger.now();
    let running = periodAround(nowMs, every, timeZone);
    // before the hour of today, the last run is that of the period before
    if (runAt(running.startMs, hour, timeZone) > nowMs) running = periodAround(running.startMs - 1, every, timeZone);
    const covered = periodAround(running.startMs - 1, every, timeZone);
    const isOld = runAt(running.startMs, hour, timeZone) < createdAtMs;
    return isOld || (lastLabel !== null && lastLabel >= covered.label) ? null : covered;
  }

  #nextAt({ enabled, every, hour, timeZone }: ReportSchedule): number | null {
    if (!enabled) return null;
    const nowMs = this.#ledger.now();
    const running = periodAround(nowMs, every, timeZone);
    const today = runAt(running.startMs, hour, timeZone);
    return today > nowMs ? today : runAt(running.endMs, hour, timeZone);
  }

  #lastPeriod({ every, timeZone }: ReportSchedule): ReportPeriod {
    return periodAround(periodAround(this.#ledger.now(), every, timeZone).startMs - 1, every, timeZone);
  }

  async #send(schedule: ReportSchedule, period: ReportPeriod, run: string): Promise<void> {
    const mail = await this.#mailOf(schedule, period);
    const message: AlertMessage = {
      id: `report:${schedule.id}:${run}`,
      alertId: `report:${schedule.id}`,
      kind: "report",
      severity: "info",
      state: "fired",
      title: mail.subject,
      summary: schedule.name,
      facts: [],
      link: null,
      atMs: this.#ledger.now(),
      mail,
    };
    await this.#channels.send(message, [schedule.channelId]);
  }

  async #mailOf(schedule: ReportSchedule, period: ReportPeriod): Promise<MailDocument> {
    const { filters, attach, recipients, name } = schedule;
    const sources = { ledger: this.#ledger, limits: this.#limits, mayShow: () => true };
    const report = await costReport(sources, { period, filters });
    const attachments: MailDocument["attachments"] = [];
    if (attach.includes("pdf")) {
      attachments.push(attachment(`outlay-${period.label}.pdf`, "application/pdf", await reportPdf(report)));
    }
    if (attach.includes("csv")) {
      attachments.push(attachment(`outlay-${period.label}.csv`, "text/csv", await this.#csvOf(report)));
    }
    const mail: MailDocument = { ...reportMail(report, name), attachments };
    return recipients === null ? mail : { ...mail, to: recipients };
  }

  /** Days and models: bounded, whatever was recorded. */
  async #csvOf({ period, filters }: CostReport): Promise<Uint8Array> {
    const file = await exportRows(this.#ledger, {
      format: ["csv"],
      by: ["day,model"],
      metrics: ["cost,calls,inputTokens,cacheReadTokens,outputTokens,errors,unpricedCalls"],
      from: [new Date(period.startMs).toISOString()],
      to: [new Date(period.endMs).toISOString()],
      tz: [period.timeZone],
      filter: filters,
    });
    let text = "";
    for await (const part of file.body) text += part as string;
    return Buffer.from(text);
  }
}

function attachment(filename: string, contentType: string, bytes: Uint8Array) {
  return { filename, contentType, base64: Buffer.from(bytes).toString("base64") };
}
