import { Argument, type Command } from "commander";
import { bashCompletion } from "./completion/bash.ts";
import { fishCompletion } from "./completion/fish.ts";
import { placesOf } from "./completion/words.ts";
import { zshCompletion } from "./completion/zsh.ts";
import type { CliContext } from "./context.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
type Shell = keyof typeof SHELLS;

/** `outlay completion <shell>`: a script that completes commands, flags and values, made from the commands themselves. */
export function addCompletionCommand(program: Command, context: CliContext): void {
  program
    .command("completion")
    .description("a script with which the shell completes commands, flags and their values")
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      `
Examples:
  source <(outlay completion bash)      in ~/.bashrc
  source <(outlay completion zsh)       in ~/.zshrc, after compinit
  outlay completion fish > ~/.config/fish/completions/outlay.fish`,
    )
    .action((shell: Shell) => context.write(SHELLS[shell](placesOf(program))));
}
