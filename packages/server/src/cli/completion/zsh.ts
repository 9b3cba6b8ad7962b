import { quoted, type CompletedOption, type Place } from "./words.ts";

export function zshCompletion(places: Place[]): string {
  return `#compdef outlay
# zsh completion for outlay; in ~/.zshrc, after compinit: source <(outlay completion zsh)
_outlay() {
  local at="outlay" i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
${indented(
  places.filter(({ path }) => path.includes(" ")).map(({ path }) => `${quoted(path)}) at=${quoted(path)} ;;`),
  6,
)}
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${indented(places.flatMap(valueCases), 4)}
  esac
  case "$at" in
${indented(places.map(placeCase), 4)}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    _describe -o 'option' options
  elif (( \${#commands} )); then
    _describe 'command' commands
  else
    _files
  fi
}
if [ "$funcstack[1]" = "_outlay" ]; then _outlay "$@"; else compdef _outlay outlay; fi
`;
}

function valueCases({ path, options }: Place): string[] {
  return options.flatMap(({ long, short, value }) => {
    if (value === null) return [];
    const names = [long, ...(short === null ? [] : [short])].map((name) => quoted(`${path} ${name}`));
    return [`${names.join("|")}) ${replyOf(value)}; return ;;`];
  });
}

function replyOf({ words, isList, isFile }: NonNullable<CompletedOption["value"]>): string {
  if (isFile) return "_files";
  if (words.length === 0) return "_message 'value'";
  return `${isList ? "compset -P '*,'; " : ""}compadd -- ${words.map(quoted).join(" ")}`;
}

function placeCase({ path, commands, options, values }: Place): string {
  const described = [
    ...commands.map(({ name, description }) => withDescription(name, description)),
    ...values.map((value) => quoted(value.replaceAll(":", "\\:"))),
  ];
  const flags = options.map(({ long, description }) => withDescription(long, description));
  return `${quoted(path)}) commands=(${described.join(" ")}); options=(${flags.join(" ")}) ;;`;
}

/** `name:description`, as _describe takes it. */
function withDescription(name: string, description: string): string {
  return quoted(`${name.replaceAll(":", "\\:")}:${description}`);
}

function indented(lines: string[], columns: number): string {
  return lines.map((line) => " ".repeat(columns) + line).join("\n");
}
