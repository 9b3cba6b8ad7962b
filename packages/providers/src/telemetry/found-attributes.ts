import { cleanText } from "../clean.ts";
import { amount, count } from "../fields.ts";
import { ATTRIBUTE_NAMES, TAG_PREFIXES } from "./attribute-names.ts";
import type { AttributeValue, Attributes } from "./telemetry-span.ts";

/** What attributes can say. */
export type Fact = keyof typeof ATTRIBUTE_NAMES;

/**
 * The attributes of one item by what they say, found in one pass over them: looking for each of the names that the
 * dialects have would cost ten times as much. There is one of these for all items, valid until the next `findAttributes`.
 */
export interface FoundAttributes {
  /**
   * The first of the fact's attributes that is text; a number is one too, and the first of a list stands for it.
   * With `meaning`: the first that has one, as what it means.
   */
  text(fact: Fact, meaning?: (text: string) => string | null): string | null;
  /** The first of the fact's attributes that counts something: a whole number from 0 up, also as text. */
  tokens(fact: Fact): number | undefined;
  /** The first of the fact's attributes that is a number from 0 up, also as text. */
  amount(fact: Fact): number | undefined;
  /** The first of the fact's attributes that is there, whatever it is. */
  value(fact: Fact): AttributeValue;
  /** Is the attribute of this name there? It must be one of those that say facts. */
  has(name: (typeof ATTRIBUTE_NAMES)[Fact][number]): boolean;
  /** Attributes whose names begin as those of tags do, with the rest of the name; null when there are none. */
  readonly tags: [key: string, value: AttributeValue][] | null;
}

/** Finds what the attributes say; what was found before is gone. */
export function findAttributes(attributes: Attributes): FoundAttributes {
  found.fill(attributes);
  return found;
}

/** A value as text; null when it is none. */
export function textOf(value: AttributeValue): string | null {
  if (typeof value === "string") return cleanText(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return Array.isArray(value) ? textOf((value as readonly AttributeValue[])[0]) : null;
}

function numberOf(value: AttributeValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && /^\s*\d+(\.\d+)?(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : undefined;
}

/** Most names that one fact may have; each is a bit. */
const RANKS = 16;
const FACTS = Object.keys(ATTRIBUTE_NAMES) as Fact[];
const INDEX = Object.fromEntries(FACTS.map((fact, index) => [fact, index])) as Record<Fact, number>;
/** By name: `RANKS` times the fact's index, and its rank among the names of the fact. */
const PLACES = new Map(
  FACTS.flatMap((fact) =>
    ATTRIBUTE_NAMES[fact].map((name, rank): [string, number] => [name, INDEX[fact] * RANKS + rank]),
  ),
);

class Found implements FoundAttributes {
  tags: [key: string, value: AttributeValue][] | null = null;
  /** For each fact, the ranks of its names that are there. */
  readonly #ranks = new Uint16Array(FACTS.length);
  readonly #values: AttributeValue[] = Array.from({ length: FACTS.length * RANKS }, () => null);

  fill(attributes: Attributes): void {
    const ranks = this.#ranks.fill(0);
    this.tags = null;
    for (const name in attributes) {
      const value = attributes[name];
      if (value === undefined) continue;
      const place = PLACES.get(name);
      if (place !== undefined) {
        this.#values[place] = value;
        ranks[place >> 4]! |= 1 << (place & 15);
      }
      const prefix = tagPrefixOf(name);
      if (prefix !== undefined) (this.tags ??= []).push([name.slice(prefix.length), value]);
    }
  }

  text(fact: Fact, meaning?: (text: string) => string | null): string | null {
    const index = INDEX[fact];
    for (let ranks = this.#ranks[index]!; ranks !== 0; ranks &= ranks - 1) {
      const text = textOf(this.#first(index, ranks));
      const known = text === null || meaning === undefined ? text : meaning(text);
      if (known !== null) return known;
    }
    return null;
  }

  tokens(fact: Fact): number | undefined {
    const index = INDEX[fact];
    for (let ranks = this.#ranks[index]!; ranks !== 0; ranks &= ranks - 1) {
      const tokens = count(numberOf(this.#first(index, ranks)));
      if (tokens !== undefined) return tokens;
    }
    return undefined;
  }

  amount(fact: Fact): number | undefined {
    const index = INDEX[fact];
    for (let ranks = this.#ranks[index]!; ranks !== 0; ranks &= ranks - 1) {
      const known = amount(numberOf(this.#first(index, ranks)));
      if (known !== undefined) return known;
    }
    return undefined;
  }

  value(fact: Fact): AttributeValue {
    const index = INDEX[fact];
    const ranks = this.#ranks[index]!;
    return ranks === 0 ? undefined : this.#first(index, ranks);
  }

  has(name: string): boolean {
    const place = PLACES.get(name)!;
    return (this.#ranks[place >> 4]! & (1 << (place & 15))) !== 0;
  }

  #first(index: number, ranks: number): AttributeValue {
    return this.#values[index * RANKS + 31 - Math.clz32(ranks & -ranks)];
  }
}

const found = new Found();

/** The letters with which the names of tags begin: most attributes are passed over with one look. */
const TAG_INITIALS = new Set(TAG_PREFIXES.map((prefix) => prefix.charCodeAt(0)));

function tagPrefixOf(name: string): string | undefined {
  if (!TAG_INITIALS.has(name.charCodeAt(0))) return undefined;
  return TAG_PREFIXES.find((prefix) => name.startsWith(prefix));
}
