import { InvalidInput, nearestName, shown } from "@outlay/core";
import type { QueryParams } from "./answers.ts";

/** The parameters of one question. Each reader throws InvalidInput with the parameter's name. */
export interface Parameters {
  /** The only value; undefined when absent or empty. */
  one(name: string): string | undefined;
  /** All values, as they were given. */
  all(name: string): string[];
  /** All values, split at commas, without empty ones and repetitions. */
  list(name: string): string[];
  /** A whole number within bounds, both included. */
  whole(name: string, min: number, max: number): number | undefined;
}

/** InvalidInput `unknown_parameter` for any that is not allowed: a filter that is silently ignored shows wrong numbers. */
export function readParameters(params: QueryParams, allowed: readonly string[]): Parameters {
  for (const name of Object.keys(params)) {
    if (params[name] === undefined || allowed.includes(name)) continue;
    const meant = nearestName(name, allowed, {});
    throw new InvalidInput(
      "unknown_parameter",
      `${shown(name).slice(1, -1)} is not a parameter of this question${meant === undefined ? "" : ` (did you mean ${meant}?)`}; allowed: ${allowed.join(", ")}`,
      { field: name.slice(0, 60) },
    );
  }
  const one = (name: string): string | undefined => {
    const values = params[name] ?? [];
    if (values.length > 1) {
      throw new InvalidInput("repeated_parameter", `${name} is given ${values.length} times; expected once`, {
        field: name,
      });
    }
    return values[0] === "" ? undefined : values[0];
  };
  return {
    one,
    all: (name) => params[name] ?? [],
    list: (name) => [...new Set((params[name] ?? []).flatMap((value) => value.split(",")).filter((it) => it !== ""))],
    whole: (name, min, max) => {
      const text = one(name);
      if (text === undefined) return undefined;
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw new InvalidInput(
        "out_of_range",
        `${name} is ${shown(text)}; expected a whole number from ${min} to ${max}`,
        {
          field: name,
        },
      );
    },
  };
}

/** Parameters of a period and of filters: every question takes these. */
export const PERIOD_PARAMETERS = ["period", "from", "to", "tz"] as const;
export const FILTER_PARAMETERS = ["filter"] as const;
