import { InvalidArgumentError } from "commander";

/** A TCP port; 0 stands for any free one. */
export function parsePort(text: string): number {
  const port = parseWhole(text);
  if (port > 65_535) throw new InvalidArgumentError("It must be from 0 to 65535.");
  return port;
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = parseWhole(text);
  if (count < 1) throw new InvalidArgumentError("It must be a whole number of at least 1.");
  return count;
}

/** Collects an option that may be given several times; `false`: taken back before, by its `--no-` form. */
export function collect(text: string, before: string[] | false | undefined): string[] {
  return [...(before || []), text];
}

function parseWhole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
