import { compilePrice, explainCall, InvalidInput, shown, type CostLine } from "@outlay/core";
import { toRateableCall } from "../prices/rateable-call.ts";
import type { StoredEvent } from "../storage/storage.ts";
import type { EventDetail, EventsAnswer, QueryParams } from "./answers.ts";
import { findPeriod, parsePeriod } from "./asked-period.ts";
import { parseFilters } from "./filters.ts";
import type { Ledger } from "./ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters } from "./parameters.ts";
import { wireEvent } from "./wire-event.ts";

/** Recent calls, newest first, page by page; of all time unless a period is asked. */
export async function listEvents(ledger: Ledger, params: QueryParams): Promise<EventsAnswer> {
  const parameters = readParameters(params, [...PERIOD_PARAMETERS, ...FILTER_PARAMETERS, "limit", "cursor"]);
  const asked = parsePeriod(parameters, { now: ledger.now(), timeZone: ledger.timeZone }, "all");
  const filters = parseFilters(parameters.all("filter"));
  const limit = parameters.whole("limit", 1, 1_000) ?? 50;
  const cursor = parameters.one("cursor");
  const { startMs, endMs } = await findPeriod(ledger, asked);
  const page = await ledger.storage.listEvents({
    startMs,
    endMs,
    filters,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  });
  return { events: page.events.map(wireEvent), nextCursor: page.nextCursor };
}

/** One call with its cost lines, at the price that it was rated with. Throws InvalidInput `event_not_found` (404). */
export async function getEvent(ledger: Ledger, id: string): Promise<EventDetail> {
  const stored = await ledger.storage.getEvent(id);
  if (stored === null) {
    throw new InvalidInput("event_not_found", `there is no event ${shown(id)}; its raw data may have expired`, {
      field: "id",
      status: 404,
    });
  }
  return { ...wireEvent(stored), ...(await explain(ledger, stored)) };
}

async function explain(ledger: Ledger, stored: StoredEvent): Promise<Pick<EventDetail, "lines" | "price" | "note">> {
  const { priceId } = stored;
  if (priceId === null) return NO_PRICE;
  const price = ledger.prices.version(priceId) ?? (await ledger.storage.getPriceVersion(priceId));
  if (price === null) return NO_PRICE;
  const known = { price: compilePrice(price), approximate: stored.approximate };
  const { lines, rating } = explainCall(known, toRateableCall(stored));
  return { lines, price, note: rating.note ?? null };
}

const NO_PRICE = { lines: [] as CostLine[], price: null, note: null };
