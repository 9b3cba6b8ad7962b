import picocolors from "picocolors";

export type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * Colours for standard output. Off when the output is no terminal, when NO_COLOR is set to anything, when the
 * terminal is dumb, or on `--no-color`; FORCE_COLOR turns them on for pipes.
 */
export function chooseColors(options: {
  env: Record<string, string | undefined>;
  isTerminal: boolean;
  noColorFlag: boolean;
}): Colors {
  const { env, isTerminal, noColorFlag } = options;
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  const refused = noColorFlag || (env["NO_COLOR"] ?? "") !== "" || (env["TERM"] === "dumb" && !forced);
  return picocolors.createColors(!refused && (isTerminal || forced));
}
