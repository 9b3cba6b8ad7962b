import { quoted, type CompletedOption, type Place } from "./words.ts";

export function fishCompletion(places: Place[]): string {
  const paths = places.filter(({ path }) => path.includes(" ")).map(({ path }) => fishQuoted(path));
  return `# fish completion for outlay; once: outlay completion fish > ~/.config/fish/completions/outlay.fish
function __outlay_at
  set -l at outlay
  for word in (commandline -opc)[2..-1]
    if contains -- "$at $word" ${paths.join(" ")}
      set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c outlay -f
${places.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ path, commands, options, values }: Place): string[] {
  const start = `complete -c outlay -n ${fishQuoted(`__outlay_at ${quoted(path)}`)}`;
  return [
    ...commands.map(({ name, description }) => `${start} -a ${fishQuoted(name)} -d ${fishQuoted(description)}`),
    ...(values.length === 0 ? [] : [`${start} -a ${fishQuoted(values.join(" "))}`]),
    ...options.map((option) => `${start} ${optionFlags(option)} -d ${fishQuoted(shortened(option.description))}`),
  ];
}

function optionFlags({ long, short, value }: CompletedOption): string {
  const names = `-l ${long.slice(2)}${short === null ? "" : ` -s ${short.slice(1)}`}`;
  if (value === null) return names;
  if (value.isFile) return `${names} -rF`;
  if (value.words.length === 0) return `${names} -x`;
  const words = value.words.join(" ");
  return `${names} -x -a ${fishQuoted(value.isList ? `(__fish_append , ${words})` : words)}`;
}

const LONGEST_DESCRIPTION = 60;

/** It stands beside each value too. */
function shortened(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 1).trimEnd()}…`;
}

/** fish knows two characters in single quotes. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
