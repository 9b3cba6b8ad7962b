import { checkTimeZone, InvalidInput, MAX_CHARGE_USD, parseUsd, shown, lineSchema } from "@outlay/core";
import { z } from "zod";
import { dateMs, dateText } from "./calendar.ts";
import type { Assignment, Subscription, SubscriptionChange, WantedSubscription } from "./subscription.ts";

const MAX_NAMES = 500;
const MAX_CHANGES = 200;
const MAX_SEATS = 100_000;
const MAX_MONTHS = 120;

const date = z
  .string()
  .refine(isDate, "expected a date from 2000 to 2099, such as 2026-01-31")
  .meta({ format: "date", description: "In the subscription's time zone" });
const amount = z.number().min(0).max(MAX_CHARGE_USD);
const seats = z.number().int().min(1).max(MAX_SEATS);
const names = z.array(lineSchema(512)).max(MAX_NAMES);

const period = z
  .union([z.enum(["monthly", "yearly"]), z.number().int().min(1).max(MAX_MONTHS)])
  .meta({ description: "How long a term is: monthly, yearly, or a number of months" });
const change = z.strictObject({
  from: date.meta({ description: "Counts from the first term that begins on this day or later" }),
  amountUsd: amount.nullish(),
  seats: seats.nullish(),
});
const assignment = z.strictObject({
  user: lineSchema(512).meta({ description: "As in the events" }),
  from: date.nullish().meta({ description: "First day; absent: that of the subscription" }),
  to: date.nullish().meta({ description: "First day without the seat; absent: none" }),
});
const covers = z
  .strictObject({
    providers: names.optional(),
    sources: names.optional().meta({ description: "Tools whose logs are imported, such as claude-code" }),
    models: names.optional().meta({ description: "* stands for any characters" }),
    users: names.optional().meta({ description: "Besides the people with a seat" }),
  })
  .meta({ description: "Which calls the fee pays: those that fit each list that is not empty" });

/** Every field, each of which may be missing. */
const fields = {
  name: lineSchema(128).optional().meta({ description: "The plan's own name when absent" }),
  plan: lineSchema(128)
    .nullish()
    .meta({ description: "Of GET /api/v1/subscriptions/plans; what it says counts where this says nothing" }),
  provider: lineSchema(128).nullish().meta({ description: "Who is paid" }),
  amountUsd: amount.optional().meta({ description: "Of one seat and term" }),
  currency: z.literal("USD").optional(),
  period: period.optional(),
  seats: seats.optional(),
  start: date.optional().meta({ description: "First day; today when absent" }),
  end: date.nullish().meta({ description: "First day that it no longer covers" }),
  cancelledOn: date.nullish().meta({ description: "Not renewed from this day on; it runs until its term is over" }),
  renewalDay: z.number().int().min(1).max(31).nullish().meta({
    description: "Day of the month of its renewals, if it is not that of its start; the first term is then shorter",
  }),
  timeZone: z
    .string()
    .refine(isTimeZone, "expected an IANA time zone such as Europe/Berlin")
    .nullish()
    .meta({ description: "Where its days begin; absent: the server's zone" }),
  changes: z.array(change).max(MAX_CHANGES).optional(),
  people: z.array(assignment).max(MAX_NAMES).optional().meta({ description: "Who has a seat, and when" }),
  covers: covers.optional(),
  includedUsd: amount
    .nullish()
    .meta({ description: "List-price value that a seat's fee includes in each term; what is used beyond is charged" }),
  note: lineSchema(1_000).nullish(),
};

/** `POST /api/v1/subscriptions`. */
export const newSubscriptionSchema = z.strictObject(fields);
/** `PATCH /api/v1/subscriptions/{id}`: what is not named stays, lists are replaced. */
export const subscriptionChangesSchema = z.strictObject(fields);

export type SubscriptionFields = z.output<typeof newSubscriptionSchema>;

/** What a new subscription begins with where nothing is said. */
export function emptySubscription(today: string): WantedSubscription {
  return {
    name: "",
    plan: null,
    provider: null,
    amountNanoUsd: -1,
    months: 1,
    seats: 1,
    start: today,
    end: null,
    cancelledOn: null,
    renewalDay: null,
    timeZone: null,
    changes: [],
    people: [],
    covers: { providers: [], sources: [], models: [], users: [] },
    includedNanoUsd: null,
    note: null,
  };
}

/** The subscription with the fields in it, checked. InvalidInput `invalid_subscription` with the field. */
export function withFields(before: WantedSubscription, given: SubscriptionFields): WantedSubscription {
  const { amountUsd, currency: _usd, period: length, includedUsd, changes, people, covers: lists, ...rest } = given;
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const wanted: WantedSubscription = {
    ...before,
    ...said,
    amountNanoUsd: amountUsd === undefined ? before.amountNanoUsd : nanoUsd(amountUsd),
    months: length === undefined ? before.months : monthsOf(length),
    includedNanoUsd: includedUsd === undefined ? before.includedNanoUsd : includedUsd && nanoUsd(includedUsd),
    changes: changes === undefined ? before.changes : changes.map(readChange).toSorted(byFrom),
    people: people === undefined ? before.people : people.map(readAssignment),
    covers: { ...before.covers, ...defined(lists ?? {}) },
  };
  check(wanted);
  return wanted;
}

/** Without what is only kept beside it. */
export function wantedOf(subscription: Subscription): WantedSubscription {
  const { id: _id, createdAtMs: _created, updatedAtMs: _updated, ...wanted } = subscription;
  return wanted;
}

export function monthsOf(length: z.output<typeof period>): number {
  return length === "monthly" ? 1 : length === "yearly" ? 12 : length;
}

function check(wanted: WantedSubscription): void {
  const { name, amountNanoUsd, start, end, cancelledOn } = wanted;
  if (name === "") refuse("name", "is missing; expected a name, or a plan of the catalogue");
  if (amountNanoUsd < 0) refuse("amountUsd", "is missing; expected dollars for a seat and term, or a plan");
  if (end !== null && end <= start) refuse("end", `is ${shown(end)}; expected a day after the start, ${start}`);
  if (cancelledOn !== null && cancelledOn < start) {
    refuse("cancelledOn", `is ${shown(cancelledOn)}; expected the start, ${start}, or a day after it`);
  }
  for (const [index, { from }] of wanted.changes.entries()) {
    if (from < start) refuse(`changes.${index}.from`, `is ${shown(from)}; expected the start, ${start}, or later`);
    if (wanted.changes[index - 1]?.from === from) refuse(`changes.${index}.from`, `is ${from} twice; expected one`);
  }
  checkPeople(wanted);
}

/** Nobody has two seats at once, and no more people than there are seats. */
function checkPeople({ people, start, seats: seatsAtFirst, changes }: WantedSubscription): void {
  const most = Math.max(seatsAtFirst, ...changes.map((one) => one.seats ?? 0));
  for (const [index, { user, from, to }] of people.entries()) {
    if (from !== null && to !== null && to <= from) {
      refuse(`people.${index}.to`, `is ${shown(to)}; expected a day after ${from}`);
    }
    const beginsOn = from ?? start;
    const holders = people.filter((one) => (one.from ?? start) <= beginsOn && (one.to === null || one.to > beginsOn));
    if (holders.filter((one) => one.user === user).length > 1) {
      refuse(`people.${index}.user`, `${shown(user)} has a seat twice on ${beginsOn}; expected once`);
    }
    if (holders.length > most) {
      refuse("people", `has ${holders.length} people on ${beginsOn}; expected at most ${most}, one for each seat`);
    }
  }
}

function refuse(field: string, sentence: string): never {
  throw new InvalidInput("invalid_subscription", `${field} ${sentence}`, { field });
}

function readChange({ from, amountUsd, seats: count }: z.output<typeof change>): SubscriptionChange {
  return { from, amountNanoUsd: amountUsd == null ? null : nanoUsd(amountUsd), seats: count ?? null };
}

function readAssignment({ user, from, to }: z.output<typeof assignment>): Assignment {
  return { user, from: from ?? null, to: to ?? null };
}

const byFrom = (one: SubscriptionChange, other: SubscriptionChange) => one.from.localeCompare(other.from);
const nanoUsd = (usd: number) => Number(parseUsd(usd));

function defined<T extends object>(lists: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(lists).filter(([, value]) => value !== undefined)) as never;
}

function isDate(text: string): boolean {
  if (!/^20\d\d-\d\d-\d\d$/.test(text)) return false;
  const ms = dateMs(text);
  return !Number.isNaN(ms) && dateText(ms) === text;
}

function isTimeZone(text: string): boolean {
  try {
    checkTimeZone(text);
    return true;
  } catch {
    return false;
  }
}
