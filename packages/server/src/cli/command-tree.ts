import type { EventEmitter } from "node:events";
import type { Command } from "commander";

/** The commands below this one that help lists, without help itself. */
export function childrenOf(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== "help");
}

/** `outlay prices show` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** What `addHelpText("after", …)` has added: commander keeps it as a listener, which its types do not show. */
export function helpText(command: Command): string {
  let text = "";
  const emitter = command as unknown as EventEmitter;
  emitter.emit("afterHelp", { error: false, command, write: (part: string) => (text += part) });
  return text.trim();
}
