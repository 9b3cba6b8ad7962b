export type { CallContext } from "../context.ts";
export type { TrackedCall, TrackedUsage, Tracker } from "../tracker.ts";
