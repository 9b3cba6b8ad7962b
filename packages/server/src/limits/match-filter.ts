import { patternTest } from "@outlay/core";
import type { Dimension } from "@outlay/core";
import type { Filter, RecordedCharge, RecordedEvent } from "../storage/storage.ts";
import type { CallToCheck } from "./limit.ts";

/** The value that something has in a dimension; null: none. */
export type ValueOf = (dimension: Dimension) => string | null;

/** Does it pass the filter? The same answer as the store's. */
export type FilterTest = (valueOf: ValueOf) => boolean;

export function filterTest({ dimension, values, patterns, exclude }: Filter): FilterTest {
  const known = new Set(values);
  const tests = patterns.map(patternTest);
  return (valueOf) => {
    const value = valueOf(dimension);
    const included = known.has(value) || (value !== null && tests.some((matches) => matches(value)));
    return included !== exclude;
  };
}

export function valuesOfEvent(event: RecordedEvent): ValueOf {
  return (dimension) => {
    if (dimension.startsWith("tag:")) return event.tags?.[dimension.slice(4)] ?? null;
    if (dimension === "status") return event.success ? "success" : "error";
    return ((event as unknown as Record<string, unknown>)[dimension] as string | undefined) ?? null;
  };
}

/** Of a call only what is known before it is made. Empty text is no value. */
export function valuesOfCall({ provider, model, dimensions, tags }: CallValues): ValueOf {
  return (dimension) => {
    if (dimension === "provider") return provider;
    if (dimension === "model") return model;
    if (dimension.startsWith("tag:")) return tags[dimension.slice(4)] || null;
    const value = dimensions[dimension as keyof CallToCheck["dimensions"]] || null;
    return value === null && dimension === "requestedModel" ? model : value;
  };
}

export type CallValues = Pick<CallToCheck, "provider" | "model" | "dimensions" | "tags">;

const CHARGE_DIMENSIONS: readonly Dimension[] = ["provider", "user", "team", "project", "customer"];

/** Charges say whose they are, but nothing of models, agents or sessions: limits that ask for those count calls alone. */
export function isOfCharges(dimension: Dimension): boolean {
  return dimension.startsWith("tag:") || CHARGE_DIMENSIONS.includes(dimension);
}

export function valuesOfCharge(charge: RecordedCharge): ValueOf {
  return (dimension) => {
    if (dimension.startsWith("tag:")) return charge.tags?.[dimension.slice(4)] ?? null;
    return ((charge as unknown as Record<string, unknown>)[dimension] as string | undefined) ?? null;
  };
}
