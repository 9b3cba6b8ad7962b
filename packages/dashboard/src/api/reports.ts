import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, sendJson } from "./client.ts";
import { FIGURES } from "./questions.ts";

export const REPORT_UNITS = ["day", "week", "month"] as const;
export type ReportUnit = (typeof REPORT_UNITS)[number];

/** A report that comes by e-mail by itself, as it is entered. */
export interface ScheduleInput {
  name: string;
  enabled: boolean;
  /** What each covers: the day, week or month before. */
  every: ReportUnit;
  /** Not before this hour of the zone. */
  hour: number;
  /** Absent: the server's. */
  timeZone?: string;
  channelId: string;
  /** null: those of the channel. */
  recipients: string[] | null;
  filters: string[];
  attach: ("pdf" | "csv")[];
}

export interface Schedule extends ScheduleInput {
  id: string;
  timeZone: string;
  /** null: it is switched off. */
  nextAt: string | null;
  lastAt: string | null;
  /** The last period that was reported. */
  lastLabel: string | null;
}

/** What the next one would say if its period were the last that is over. */
interface ReportPreview {
  subject: string;
  text: string;
  attachments: { filename: string }[];
}

const PATH = "/api/v1/reports/schedules";
const at = (id: string): `/${string}` => `${PATH}/${encodeURIComponent(id)}`;

export const schedulesQuestion = queryOptions({
  queryKey: [FIGURES, PATH],
  queryFn: ({ signal }) => getJson<{ schedules: Schedule[] }>(PATH, new URLSearchParams(), signal),
  placeholderData: keepPreviousData,
});

export const createSchedule = (body: ScheduleInput) => sendJson<{ id: string }>("POST", PATH, body);
export const changeSchedule = (id: string, body: ScheduleInput) => sendJson<{ id: string }>("PUT", at(id), body);
export const removeSchedule = (id: string) => sendJson("DELETE", at(id));
/** Nothing is sent. */
export const previewSchedule = (id: string) => sendJson<ReportPreview>("POST", `${at(id)}/preview`);
/** The last period, whether it was sent before or not. */
export const sendSchedule = (id: string) => sendJson("POST", `${at(id)}/send`);
