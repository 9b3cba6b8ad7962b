import type { Dimension } from "@outlay/core";
import type { Limit } from "./limit.ts";
import { accountDimension } from "./limit-scope.ts";
import { filterTest, type FilterTest, type ValueOf } from "./match-filter.ts";

interface Entry<Item> {
  item: Item;
  tests: FilterTest[];
  each: Dimension | null;
}

/** Finds the limits that something falls under without asking each of them: most name a user, a key, a team. */
export class LimitIndex<Item> {
  /** By a dimension and a value of it that a filter of theirs demands. */
  #byValue = new Map<Dimension, Map<string, Entry<Item>[]>>();
  /** Those that demand no particular value. */
  #others: Entry<Item>[] = [];

  constructor(items: Iterable<{ item: Item; limit: Limit }>) {
    for (const { item, limit } of items) this.#add(item, limit);
  }

  /** Calls `found` for each, with the value whose account it is; null: all share one. */
  match(valueOf: ValueOf, found: (item: Item, value: string | null) => void): void {
    for (const [dimension, byValue] of this.#byValue) {
      const value = valueOf(dimension);
      const entries = value === null ? undefined : byValue.get(value);
      if (entries !== undefined) for (const entry of entries) test(entry, valueOf, found);
    }
    for (const entry of this.#others) test(entry, valueOf, found);
  }

  #add(item: Item, limit: Limit): void {
    const anchor = limit.filters.find(
      ({ exclude, patterns, values }) => !exclude && patterns.length === 0 && !values.includes(null),
    );
    const rest = limit.filters.filter((filter) => filter !== anchor);
    const entry = { item, tests: rest.map(filterTest), each: accountDimension(limit) };
    if (anchor === undefined) {
      this.#others.push(entry);
      return;
    }
    let byValue = this.#byValue.get(anchor.dimension);
    if (byValue === undefined) this.#byValue.set(anchor.dimension, (byValue = new Map()));
    for (const value of new Set(anchor.values as string[])) {
      const entries = byValue.get(value);
      if (entries === undefined) byValue.set(value, [entry]);
      else entries.push(entry);
    }
  }
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
