// Apart from the schemas, so that what runs in an application can know the limits without them.

/** Longest event id, in characters. */
export const MAX_ID_LENGTH = 128;
/** Longest text of a dimension (model, user, tag value, …), in characters. */
export const MAX_TEXT_LENGTH = 512;
/** Longest error message, in characters. */
export const MAX_MESSAGE_LENGTH = 4_096;
/** Most tags on one event. */
export const MAX_TAGS = 32;
/** Most events in one request body. */
export const MAX_EVENTS_PER_BATCH = 5_000;
/** Largest count of anything in one event: above any real call, and far below what a sum could overflow at. */
export const MAX_COUNT = 1_000_000_000_000;
/** Largest cost of one event, in dollars. Sums of 9,000 such events still fit a float64 integer of nano-dollars. */
export const MAX_COST_USD = 1_000_000;
/** Earliest instant accepted: since 2000 every zone's offset is a whole number of quarter-hours, the grain of the rollups. */
export const MIN_OCCURRED_AT_MS = Date.UTC(2000, 0, 1);
/** How far in the future an event may lie: clocks are wrong, and prices of the coming year are tried out. */
export const MAX_FUTURE_MS = 400 * 86_400_000;

/** Largest `metadata`, in bytes of JSON. */
export const MAX_METADATA_BYTES = 16_384;
/** Tag keys stand in parameters such as `by=tag:story,model` and `filter=tag:story:st-9`. */
export const TAG_KEY = /^(?!__proto__$)[^\p{Cc}\p{Cs}:,]{1,128}$/u;
