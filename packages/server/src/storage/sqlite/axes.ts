import { BASES, type Dimension, patternTest } from "@outlay/core";
import type { Filter } from "../storage.ts";
import { traceText } from "./batch-message.ts";
import { DIMENSION_CODES, type DimensionCode, FIRST_TAG_CODE, TAG_KEY_CODE } from "./cubes.ts";
import type { SqlValue } from "./driver.ts";
import { basisId, DIMENSION_COLUMNS, type EventColumn, statusId } from "./event-row.ts";
import type { Names } from "./names.ts";

/**
 * One dimension of a question, in numbers. Group numbers stand for what a row of the answer is named after:
 * the dictionary's ids, except that models of the same name and the models of one provider share a number.
 * 0 is the rest that no rollup row is kept for: no value, or `rated`, or `success`.
 */
export interface Axis {
  dimension: Dimension;
  kind: "model" | "provider" | "value" | "trace";
  /** Of the dictionary and the cubes; null for a tag key that was never used. */
  code: DimensionCode | null;
  columns: EventColumn[];
  /** The id of a raw event's value; a model's id also for the provider. */
  valueOf(row: SqlValue[], at: Record<EventColumn, number>): number;
  groupOf(id: number): number;
  nameOf(group: number): string | null;
}

/** The dimensions of one question, each made once. */
export class Axes {
  readonly names: Names;
  #axes = new Map<Dimension, Axis>();
  #models: { id: number; provider: string; model: string }[] | null = null;

  constructor(names: Names) {
    this.names = names;
  }

  of(dimension: Dimension): Axis {
    let axis = this.#axes.get(dimension);
    if (!axis) this.#axes.set(dimension, (axis = this.#make(dimension)));
    return axis;
  }

  /** The dimension that a cube is kept for. */
  withCode(code: DimensionCode): Axis {
    for (const name in DIMENSION_CODES) {
      if (DIMENSION_CODES[name as keyof typeof DIMENSION_CODES] === code) return this.of(name as Dimension);
    }
    return this.of(`tag:${this.names.textOf(TAG_KEY_CODE, code - FIRST_TAG_CODE)}`);
  }

  /** Which ids a filter keeps. */
  filter(filter: Filter): ResolvedFilter {
    const axis = this.of(filter.dimension);
    const ids = new Set<number>();
    if (axis instanceof TraceAxis) return this.#traceFilter(axis, filter);
    for (const value of filter.values) for (const id of this.#idsOf(axis, value)) ids.add(id);
    for (const pattern of filter.patterns) for (const id of this.#idsLike(axis, pattern)) ids.add(id);
    const accepts = filter.exclude ? (id: number) => !ids.has(id) : (id: number) => ids.has(id);
    return { axis, ids, exclude: filter.exclude, accepts };
  }

  #traceFilter(axis: TraceAxis, { values, patterns, exclude }: Filter): ResolvedFilter {
    const ids = new Set(values.map((value) => axis.intern(value)));
    const tests = patterns.map(patternTest);
    const included = (id: number): boolean => {
      const text = axis.nameOf(id);
      return ids.has(id) || (text !== null && tests.some((matches) => matches(text)));
    };
    const texts = values.filter((value) => value !== null);
    const traces = exclude || patterns.length > 0 || texts.length < values.length ? undefined : texts;
    return { axis, ids, exclude, traces, accepts: (id) => included(id) !== exclude };
  }

  #idsOf(axis: Axis, value: string | null): number[] {
    if (axis.kind === "model" || axis.kind === "provider") {
      const { kind } = axis;
      return this.#allModels()
        .filter((model) => model[kind] === value)
        .map(({ id }) => id);
    }
    if (axis.dimension === "basis" || axis.dimension === "status") {
      const id = FIXED_VALUES[axis.dimension].indexOf(value ?? "");
      return id === -1 ? [] : [id];
    }
    if (value === null) return [0];
    const id = axis.code === null ? null : this.names.idOf(axis.code, value);
    return id === null ? [] : [id];
  }

  #idsLike(axis: Axis, pattern: string): number[] {
    const matches = patternTest(pattern);
    if (axis.kind === "model" || axis.kind === "provider") {
      const { kind } = axis;
      return this.#allModels()
        .filter((model) => matches(model[kind]))
        .map(({ id }) => id);
    }
    if (axis.dimension === "basis" || axis.dimension === "status") {
      return FIXED_VALUES[axis.dimension].flatMap((name, id) => (matches(name) ? [id] : []));
    }
    return axis.code === null ? [] : this.names.idsLike(axis.code, pattern);
  }

  #make(dimension: Dimension): Axis {
    if (dimension === "model" || dimension === "provider") return this.#modelAxis(dimension);
    if (dimension === "trace") return new TraceAxis();
    if (dimension === "basis" || dimension === "status") {
      const idOf = dimension === "basis" ? basisId : statusId;
      return {
        dimension,
        kind: "value",
        code: DIMENSION_CODES[dimension],
        columns: ["flags"],
        valueOf: (row, at) => idOf(row[at.flags] as number),
        groupOf: (id) => id,
        nameOf: (group) => FIXED_VALUES[dimension][group] as string,
      };
    }
    if (dimension.startsWith("tag:")) return this.#tagAxis(dimension);
    const code = DIMENSION_CODES[dimension as keyof typeof DIMENSION_CODES];
    const known = DIMENSION_COLUMNS.find((candidate) => candidate.code === code);
    if (!known) throw new Error(`no such dimension: ${dimension}`);
    const { column } = known;
    return {
      dimension,
      kind: "value",
      code,
      columns: [column],
      valueOf: (row, at) => (row[at[column]] as number | null) ?? 0,
      groupOf: (id) => id,
      nameOf: (group) => (group === 0 ? null : this.names.textOf(code, group)),
    };
  }

  #modelAxis(dimension: "model" | "provider"): Axis {
    const groups: string[] = [];
    const byName = new Map<string, number>();
    const byId = new Map<number, number>();
    const groupOf = (id: number): number => {
      let group = byId.get(id);
      if (group === undefined) {
        const name = this.names.model(id)[dimension];
        group = byName.get(name);
        if (group === undefined) byName.set(name, (group = groups.push(name) - 1));
        byId.set(id, group);
      }
      return group;
    };
    return {
      dimension,
      kind: dimension,
      code: DIMENSION_CODES.model,
      columns: ["model"],
      valueOf: (row, at) => row[at.model] as number,
      groupOf,
      nameOf: (group) => groups[group] as string,
    };
  }

  #tagAxis(dimension: Dimension): Axis {
    const key = this.names.idOf(TAG_KEY_CODE, dimension.slice("tag:".length));
    const code = key === null ? null : FIRST_TAG_CODE + key;
    const { names } = this;
    return {
      dimension,
      kind: "value",
      code,
      columns: ["tag_set"],
      valueOf(row, at) {
        const tagSet = row[at.tag_set] as number | null;
        if (tagSet === null || code === null) return 0;
        return names.membersOf(tagSet).find((member) => member.dimension === code)?.value ?? 0;
      },
      groupOf: (id) => id,
      nameOf: (group) => (group === 0 || code === null ? null : names.textOf(code, group)),
    };
  }

  #allModels(): { id: number; provider: string; model: string }[] {
    return (this.#models ??= this.names.models());
  }
}

/** Which ids of a dimension a filter keeps. */
export interface ResolvedFilter {
  axis: Axis;
  ids: Set<number>;
  exclude: boolean;
  /** Only events of these traces pass. */
  traces?: readonly string[] | undefined;
  accepts(id: number): boolean;
}

const FIXED_VALUES: Record<"basis" | "status", readonly string[]> = { basis: BASES, status: ["success", "error"] };

/** Traces have no dictionary: they are numbered as they are met in one question. */
class TraceAxis implements Axis {
  readonly dimension = "trace";
  readonly kind = "trace";
  readonly code = null;
  readonly columns: EventColumn[] = ["trace"];
  #texts: (string | null)[] = [null];
  #ids = new Map<string, number>();

  intern(value: Uint8Array | string | null): number {
    if (value === null) return 0;
    const text = traceText(value);
    let id = this.#ids.get(text);
    if (id === undefined) this.#ids.set(text, (id = this.#texts.push(text) - 1));
    return id;
  }

  valueOf(row: SqlValue[], at: Record<EventColumn, number>): number {
    return this.intern(row[at.trace] as Uint8Array | string | null);
  }

  groupOf(id: number): number {
    return id;
  }

  nameOf(group: number): string | null {
    return this.#texts[group] as string | null;
  }
}
