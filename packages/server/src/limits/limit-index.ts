import type { Dimension } from "@outlay/core";
import type { Filter } from "../storage/storage.ts";
import type { Limit } from "./limit.ts";
import { accountDimension } from "./limit-scope.ts";
import { filterTest, type FilterTest, type ValueOf } from "./match-filter.ts";

interface Entry<Item> {
  item: Item;
  tests: FilterTest[];
  each: Dimension | null;
}

/** Values of one dimension whose limits are remembered: models are few, users may be many. */
const MAX_REMEMBERED = 5_000;

/** The limits that have a filter on one dimension: those that it keeps are found by the value, not one by one. */
class ByDimension<Item> {
  /** By a value that the filter demands. */
  #exact = new Map<string, Entry<Item>[]>();
  /** With patterns, exclusions, or for what has no value. */
  #others: { passes: FilterTest; entry: Entry<Item> }[] = [];
  /** What the others say of values that have come up. */
  #remembered = new Map<string | null, Entry<Item>[]>();

  add(filter: Filter, entry: Entry<Item>): void {
    if (filter.exclude || filter.patterns.length > 0 || filter.values.includes(null)) {
      this.#others.push({ passes: filterTest(filter), entry });
      return;
    }
    for (const value of new Set(filter.values as string[])) {
      const entries = this.#exact.get(value);
      if (entries === undefined) this.#exact.set(value, [entry]);
      else entries.push(entry);
    }
  }

  exact(value: string | null): Entry<Item>[] {
    return (value === null ? undefined : this.#exact.get(value)) ?? NOTHING;
  }

  others(value: string | null): Entry<Item>[] {
    if (this.#others.length === 0) return NOTHING;
    let entries = this.#remembered.get(value);
    if (entries === undefined) {
      entries = this.#others.filter(({ passes }) => passes(() => value)).map(({ entry }) => entry);
      if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
      this.#remembered.set(value, entries);
    }
    return entries;
  }
}

const NOTHING: never[] = [];

/** Finds the limits that something falls under without asking each of them: most name a user, a key, a team. */
export class LimitIndex<Item> {
  #byDimension = new Map<Dimension, ByDimension<Item>>();
  /** Those without filters. */
  #all: Entry<Item>[] = [];

  constructor(items: Iterable<{ item: Item; limit: Limit }>) {
    for (const { item, limit } of items) this.#add(item, limit);
  }

  /** Calls `found` for each, with the value whose account it is; null: all share one. */
  match(valueOf: ValueOf, found: (item: Item, value: string | null) => void): void {
    for (const [dimension, byDimension] of this.#byDimension) {
      const value = valueOf(dimension);
      for (const entry of byDimension.exact(value)) test(entry, valueOf, found);
      for (const entry of byDimension.others(value)) test(entry, valueOf, found);
    }
    for (const entry of this.#all) test(entry, valueOf, found);
  }

  #add(item: Item, limit: Limit): void {
    // The filter that keeps the fewest, as far as one can tell from its words.
    const [first, ...rest] = limit.filters.toSorted((one, other) => breadth(one) - breadth(other));
    const entry = { item, tests: rest.map(filterTest), each: accountDimension(limit) };
    if (first === undefined) {
      this.#all.push(entry);
      return;
    }
    let byDimension = this.#byDimension.get(first.dimension);
    if (byDimension === undefined) this.#byDimension.set(first.dimension, (byDimension = new ByDimension()));
    byDimension.add(first, entry);
  }
}

function breadth({ exclude, patterns, values }: Filter): number {
  if (exclude) return 3;
  if (patterns.length > 0) return 2;
  return values.includes(null) ? 1 : 0;
}

function test<Item>(
  { item, tests, each }: Entry<Item>,
  valueOf: ValueOf,
  found: (item: Item, value: string | null) => void,
): void {
  for (const passes of tests) if (!passes(valueOf)) return;
  if (each === null) return found(item, null);
  const value = valueOf(each);
  if (value !== null) found(item, value);
}
