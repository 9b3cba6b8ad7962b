import { getDocumentProxy } from "unpdf";
import { expect, it, onTestFinished } from "vitest";
import { call, openLedger } from "../../packages/server/src/ledger/open-ledger.fixture.ts";
import { recordCharges } from "../../packages/server/src/ledger/record-charges.ts";
import { recordUsage } from "../../packages/server/src/ledger/record-usage.ts";
import { openLimits } from "../../packages/server/src/limits/limits.ts";
import { costReport } from "../../packages/server/src/reports/cost-report.ts";
import { reportPdf } from "../../packages/server/src/reports/report-pdf.ts";
import { readMonth } from "../../packages/server/src/reports/report-period.ts";
import { runAt } from "../../packages/server/src/reports/schedule.ts";
import { ScheduledReports, type ScheduleInput } from "../../packages/server/src/reports/scheduled-reports.ts";
import { openTestChannels } from "../alerts/open-channels.ts";
import { startSmtpReceiver } from "../alerts/receivers.ts";
import { temporaryFolder } from "../temporary-folder.ts";

async function open(now: string, timeZone = "Europe/Berlin") {
  const ledger = await openLedger(now, timeZone);
  onTestFinished(() => ledger.close());
  const { storage } = ledger;
  const { limits } = await openLimits({ storage, dataDir: temporaryFolder(), now: ledger.now, timeZone, logFailure });
  onTestFinished(() => limits.close());
  return { ledger, limits };
}

function logFailure(error: unknown): never {
  return expect.fail(String(error));
}

/** Each page's text, as another reader than the writer finds it. */
async function pagesOf(bytes: Uint8Array): Promise<string[]> {
  const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  const pages: string[] = [];
  for (let number = 1; number <= document.numPages; number++) {
    const { items } = await (await document.getPage(number)).getTextContent();
    pages.push(items.map((item) => ("str" in item ? item.str : "")).join(" "));
  }
  return pages;
}

it("a month as a PDF says what the ledger says, on numbered pages, with every name readable", async () => {
  const { ledger, limits } = await open("2026-11-03T10:00:00Z");
  const names = ["Łukasz Żółć", "Αλέξανδρος", "Сергей", "שלום", "中文用户", 'O\'Neil & "Söhne" <x>'];
  await recordUsage(ledger, [
    call("2026-09-15T10:00:00Z", { usage: { outputTokens: 50_000 } }),
    // 22:30 UTC of the last of October is November in Berlin only from 23:00 on
    call("2026-10-31T22:59:59Z", { user: "last", usage: { outputTokens: 100_000 } }),
    call("2026-10-31T23:00:00Z", { user: "too late", usage: { outputTokens: 900_000 } }),
    call("2026-10-07T10:00:00Z", { provider: "nobody", model: "unheard-of", usage: { inputTokens: 1_234 } }),
    ...names.map((user, index) => call(`2026-10-${10 + index}T10:00:00Z`, { user, project: `project ${index}` })),
    ...Array.from({ length: 30 }, (_, index) =>
      call("2026-10-20T10:00:00Z", { agent: `agent ${index}`, team: `t${index}` }),
    ),
  ]);
  await recordCharges(ledger, [
    { kind: "subscription", amountUsd: 20, occurredAt: "2026-10-01T00:00:00Z" },
    { kind: "credit", amountUsd: 5, occurredAt: "2026-10-02T00:00:00Z" },
  ]);
  await limits.create({ kind: "budget", name: "All of us", amountUsd: 1, period: "month" }, "test");
  const sources = { ledger, limits, mayShow: () => true };
  const report = await costReport(sources, { period: readMonth("2026-10", "Europe/Berlin") });
  expect(report.totals).toMatchObject({ cost: 1.036, calls: 38, unpricedCalls: 1 });
  const bytes = await reportPdf(report);
  const pages = await pagesOf(bytes);
  const text = pages.join("\n");
  expect(pages.length).toBeGreaterThan(1);
  for (const [index, page] of pages.entries()) expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
  for (const part of [
    "What AI calls cost: October 2026",
    "$1.04",
    "+107 % against $0.50",
    "Cost by day",
    "All of us",
    "subscription",
    "1 call has no known price",
    "(others)",
    "Łukasz Żółć",
    "Αλέξανδρος",
    "Сергей",
    'O\'Neil & "Söhne" <x>',
    "\u27e8U+4E2D\u27e9",
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain("too late");
  const filtered = await costReport(sources, {
    period: readMonth("2026-10", "Europe/Berlin"),
    filters: ["user:last"],
  });
  expect(filtered).toMatchObject({ charges: null, budgets: [], totals: { calls: 1, cost: 1 } });
  expect((await pagesOf(await reportPdf(filtered))).join(" ")).toContain("Only calls with user:last");
  expect(() => readMonth("2026-13", "UTC")).toThrow(/expected one such as 2026-10/);
});

const input = (channelId: string, more: Partial<ScheduleInput> = {}): ScheduleInput => ({
  name: "Every day",
  enabled: true,
  every: "day",
  hour: 8,
  timeZone: "Europe/Berlin",
  channelId,
  filters: [],
  attach: ["pdf", "csv"],
  ...more,
});

it("scheduled reports arrive once, whatever happens to the process, and missed ones once together", async () => {
  const { ledger, limits } = await open("2026-11-20T12:00:00Z");
  await recordUsage(ledger, [
    call("2026-11-20T13:00:00Z", { model: "large", usage: { outputTokens: 1_000 } }),
    call("2026-11-23T13:00:00Z", { model: "small" }),
  ]);
  const inbox = await startSmtpReceiver();
  const { channels, storage, dataDir, close } = await openTestChannels({ now: ledger.now });
  const settings = {
    host: "127.0.0.1",
    port: inbox.port,
    security: "none",
    from: "o@example.com",
    to: ["ann@example.com"],
  };
  const { channel } = await channels.book.create({ name: "mail", kind: "smtp", settings }, "test");
  const hook = await channels.book.create(
    { name: "hook", kind: "webhook", settings: { url: "http://127.0.0.1:9/x" } },
    "test",
  );
  const reports = new ScheduledReports({ ledger, limits, channels });
  await expect(reports.put(input(hook.channel.id), null)).rejects.toMatchObject({ code: "not_a_mail_channel" });
  await expect(reports.put(input(channel.id, { filters: ["nothing:x"] }), null)).rejects.toMatchObject({
    field: "filter",
  });
  const { id } = await reports.put(input(channel.id), null);
  expect((await reports.list())[0]).toMatchObject({ nextAtMs: Date.parse("2026-11-21T07:00:00Z"), lastLabel: null });

  await reports.run();
  ledger.setNow("2026-11-21T06:59:00Z");
  await reports.run();
  expect(await channels.deliveries({ limit: 10 })).toEqual([]);
  ledger.setNow("2026-11-21T07:00:00Z");
  // killed between sending and noting: whoever comes next does it again, under the same name
  const [before] = await reports.list();
  await reports.run();
  const { nextAtMs: _, ...unnoted } = before!;
  await ledger.storage.putRecords("report-schedules", [{ id, atMs: unnoted.createdAtMs, body: unnoted }]);
  await new ScheduledReports({ ledger, limits, channels }).run();
  await reports.run();
  expect(await channels.deliveries({ limit: 10 })).toHaveLength(1);

  // the server goes away with the mail unsent, and comes back four days later
  await close();
  ledger.setNow("2026-11-25T06:00:00Z");
  const again = await openTestChannels({ dataDir, now: ledger.now });
  again.channels.start();
  await expect.poll(() => inbox.received.length, { timeout: 20_000 }).toBe(1);
  const mail = inbox.received[0]!;
  expect(mail.to).toEqual(["ann@example.com"]);
  expect(subjectOf(mail.raw)).toBe("[Outlay] What AI calls cost: Friday 20 November 2026, $0.01");
  const parts = attachmentsOf(mail.raw);
  expect(parts["outlay-2026-11-20.csv"]!.toString("utf8")).toContain("2026-11-20,large,0.01,1,");
  expect((await pagesOf(parts["outlay-2026-11-20.pdf"]!)).join(" ")).toContain("20 November 2026");

  const late = new ScheduledReports({ ledger, limits, channels: again.channels });
  await late.run();
  await late.run();
  // a burst is gathered for a second of this clock
  ledger.setNow("2026-11-25T06:00:02Z");
  await expect.poll(() => inbox.received.length, { timeout: 20_000 }).toBe(2);
  // before 8 in the morning of the 25th, the last report that was due is the one of the 24th, about the 23rd
  expect(subjectOf(inbox.received[1]!.raw)).toContain("Monday 23 November 2026");

  const preview = await late.preview(id);
  expect(preview).toMatchObject({ subject: expect.stringContaining("24 November"), attachments: [{}, {}] });
  await late.put(input(channel.id, { recipients: ["bob@example.com"], attach: [], every: "month" }), id);
  await late.sendNow(id);
  ledger.setNow("2026-11-25T06:00:04Z");
  await expect.poll(() => inbox.received.length, { timeout: 20_000 }).toBe(3);
  expect(inbox.received[2]).toMatchObject({ to: ["bob@example.com"] });
  expect(attachmentsOf(inbox.received[2]!.raw)).toEqual({});
  await late.remove(id);
  await expect(late.preview(id)).rejects.toMatchObject({ code: "schedule_not_found" });
  expect(storage).toBeDefined();
}, 60_000);

it("an hour that clocks leave out is the next one, and one that comes twice counts once", () => {
  expect(at("2026-03-28T23:00:00Z", 2)).toBe("2026-03-29T01:00:00.000Z");
  expect(at("2026-10-24T22:00:00Z", 2)).toBe("2026-10-25T00:00:00.000Z");
  expect(at("2026-11-20T23:00:00Z", 0)).toBe("2026-11-20T23:00:00.000Z");
});

/** Long headers go over several lines. */
function subjectOf(raw: string): string | undefined {
  return /^Subject: (.*)\r$/m.exec(raw.replaceAll(/\r\n[ \t]+/g, " "))?.[1];
}

function attachmentsOf(raw: string): Record<string, Buffer> {
  const found: Record<string, Buffer> = {};
  for (const match of raw.matchAll(/filename="?([\w.-]+)"?[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)\r\n--/g)) {
    found[match[1]!] = Buffer.from(match[2]!, "base64");
  }
  return found;
}

function at(day: string, hour: number): string {
  return new Date(runAt(Date.parse(day), hour, "Europe/Berlin")).toISOString();
}
