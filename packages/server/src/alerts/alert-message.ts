/** How urgent an alert is. `info` asks for nothing to be done. */
export type Severity = "info" | "warning" | "critical" | "emergency";

/** What an alert tells people, through whichever channel: plain text, in words for somebody with a phone in the hand. */
export interface AlertMessage {
  /**
   * Names this very message: the same when it has to be sent again because nobody knows whether it went out. Receivers
   * that have seen it already leave it.
   */
  id: string;
  /** All messages of one alert have this in common, from fired to recovered: to answer in the same thread. */
  alertId: string;
  /** The kind of its rule, such as `budget` or `spike`; `test` for the test button. */
  kind: string;
  severity: Severity;
  state: "fired" | "escalated" | "recovered" | "test";
  /** One line without a full stop: "Budget Shop is at 93 %". */
  title: string;
  /** What happened and what follows from it, in one to three sentences. */
  summary: string;
  /** The numbers behind it, most important first, at most eight. */
  facts: { label: string; value: string }[];
  /** Path of the page that shows it, beginning with `/`; null: there is none. Channels put the server's address before it. */
  link: string | null;
  atMs: number;
  /** A report instead of an alert: what is sent is this, as it is, to channels of e-mail only. */
  mail?: MailDocument;
}

/** An e-mail that is written already. Stored with its message, so that every attempt sends the same. */
export interface MailDocument {
  subject: string;
  text: string;
  html: string;
  attachments: { filename: string; contentType: string; base64: string }[];
  /** Instead of the channel's own. */
  to?: string[];
}
