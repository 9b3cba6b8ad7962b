import { quoted, type CompletedOption, type Place } from "./words.ts";

/** For bash 3.2 and later: without associative arrays, and without bash-completion. */
export function bashCompletion(places: Place[]): string {
  return `# bash completion for outlay; in ~/.bashrc: source <(outlay completion bash)
_outlay() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at="outlay" i words done=""
  # --name=value is three words here
  if [[ "$cur" == "=" ]]; then cur=""; elif [[ "$prev" == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
${indented(
  places.filter(({ path }) => path.includes(" ")).map(({ path }) => `${quoted(path)}) at=${quoted(path)} ;;`),
  6,
)}
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${indented(places.flatMap(valueCases), 4)}
  esac
  case "$at" in
${indented(places.map(placeCase), 4)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _outlay outlay
`;
}

function valueCases({ path, options }: Place): string[] {
  return options.flatMap((option) => {
    if (option.value === null) return [];
    const names = namesOf(option).map((name) => quoted(`${path} ${name}`));
    return [`${names.join("|")}) ${replyOf(option.value)}; return ;;`];
  });
}

function replyOf({ words, isList, isFile }: NonNullable<CompletedOption["value"]>): string {
  if (isFile) return `COMPREPLY=($(compgen -f -- "$cur"))`;
  const list = quoted(words.join(" "));
  if (!isList) return `COMPREPLY=($(compgen -W ${list} -- "$cur"))`;
  return `[[ "$cur" == *,* ]] && done="\${cur%,*},"; COMPREPLY=($(compgen -P "$done" -W ${list} -- "\${cur##*,}"))`;
}

/** Options only behind a dash: they would hide what else may stand there. */
function placeCase({ path, commands, options, values }: Place): string {
  const names = options.flatMap(namesOf).join(" ");
  const others = [...commands.map(({ name }) => name), ...values].join(" ");
  return `${quoted(path)}) if [[ "$cur" == -* ]]; then words=${quoted(names)}; else words=${quoted(others)}; fi ;;`;
}

function namesOf({ long, short }: CompletedOption): string[] {
  return short === null ? [long] : [long, short];
}

function indented(lines: string[], columns: number): string {
  return lines.map((line) => " ".repeat(columns) + line).join("\n");
}
