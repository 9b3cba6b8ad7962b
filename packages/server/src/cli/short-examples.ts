import type { Command } from "commander";

/** Examples of commands that need no more than a line; the others have theirs in their own files. */
const SHORT_EXAMPLES: Record<string, readonly string[]> = {
  serve: ["", "--port 4200 --host 0.0.0.0 --setup", "--retention-days 90"],
  focus: ["validate november.csv"],
  doctor: ["", "--json"],
  "alerts acknowledge": ["alert-1a2b"],
  "alerts list": ["", "--json"],
  "alerts rules change": ["rule-1a2b --amount 50", "rule-1a2b --off"],
  "alerts rules list": [""],
  "alerts rules remove": ["rule-1a2b"],
  "alerts unsilence": ["silence-1a2b"],
  "budgets change": ["everything --amount 600", "everything --disable"],
  "budgets list": ["", "--json"],
  "budgets remove": ["everything"],
  "budgets status": ["", "--json"],
  "channels disable": ["team-chat"],
  "channels enable": ["team-chat"],
  "channels list": ["", "--json"],
  "channels remove": ["team-chat"],
  "channels retry": ["delivery-1a2b"],
  "channels rotate-secret": ["webhook-1a2b"],
  "events list": ["--period today --limit 50", "--filter status:error --json"],
  "keys forget-provider-key": ["openai"],
  "keys list": ["", "--json"],
  "limits change": ["interns --amount 20", "interns --disable"],
  "limits check": ["openai gpt-4o --input 20000 --output 2000 --user mia"],
  "limits end-override": ["override-1a2b"],
  "limits list": ["", "--json"],
  "limits overrides": [""],
  "limits remove": ["interns"],
  "limits show": ["interns"],
  "prices refresh": [""],
  "prices remove": ["acme rocket-1", "acme rocket-1 --from 2026-11-01"],
  "prices show": ["anthropic claude-sonnet-4-5", "openai/gpt-5"],
  "prices unpriced": ["", "--json"],
  "reports change": ['"Shop, daily" --every week --no-attach', '"Shop, daily" --disable'],
  "reports list": ["", "--json"],
  "reports preview": ['"Shop, daily"'],
  "reports remove": ['"Shop, daily"'],
  "reports send": ['"Shop, daily"'],
  "subscriptions list": ["", "--json"],
  "subscriptions remove": ["claude-max"],
  "sync change": ["openai --every 6", "openai --disable"],
  "sync list": ["", "--json"],
  "sync remove": ["openai"],
  "sync run": ["--all", "openai --since 2026-11-01"],
};

/** Puts the examples below the help of their commands. */
export function addShortExamples(program: Command): void {
  for (const [path, examples] of Object.entries(SHORT_EXAMPLES)) {
    const command = path
      .split(" ")
      .reduce<Command | undefined>((above, name) => above?.commands.find((one) => one.name() === name), program);
    const lines = examples.map((rest) => `  ${`outlay ${path} ${rest}`.trimEnd()}`);
    command?.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  }
}
