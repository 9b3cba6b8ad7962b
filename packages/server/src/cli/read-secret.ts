import { UsageError } from "./problem.ts";
import type { CliContext } from "./context.ts";

/** Longest key that is read: no provider's has half as many characters. */
const MAX_CHARACTERS = 4_096;
const ENTER = /[\r\n]/;
const END_OF_INPUT = "\u0004";
const INTERRUPT = "\u0003";
const ERASE = /[\b\u007f]/;

/**
 * A secret from a variable of the environment when one is named, otherwise from standard input: what comes through a
 * pipe, or what somebody types, which is not shown. Never from the command line, which shells remember.
 */
export async function readSecret(context: CliContext, what: string, variable: string | undefined): Promise<string> {
  const secret = variable === undefined ? await readInput(context, what) : context.env[variable];
  if (secret === undefined) throw new UsageError(`The environment has no variable ${variable}`);
  const trimmed = secret.trim();
  if (trimmed === "") throw new UsageError(`No ${what} was given`);
  if (trimmed.length > MAX_CHARACTERS) throw new UsageError(`The ${what} has more than ${MAX_CHARACTERS} characters`);
  return trimmed;
}

function readInput(context: CliContext, what: string): Promise<string> {
  const stdin = context.stdin as NodeJS.ReadStream;
  return stdin.isTTY === true ? readTyped(context, stdin, what) : readPiped(stdin);
}

async function readPiped(stdin: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stdin.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > 2 * MAX_CHARACTERS) break;
  }
  return text;
}

/** Without an echo, up to Enter. */
function readTyped(context: CliContext, stdin: NodeJS.ReadStream, what: string): Promise<string> {
  context.stderr.write(`The ${what} (it is not shown): `);
  stdin.setRawMode(true).setEncoding("utf8").resume();
  return new Promise((resolve, reject) => {
    let typed = "";
    const end = () => {
      stdin.off("data", take);
      stdin.setRawMode(false).pause();
      context.stderr.write("\n");
    };
    const take = (text: string) => {
      for (const character of text) {
        if (ENTER.test(character) || character === END_OF_INPUT) {
          end();
          return resolve(typed);
        }
        if (character === INTERRUPT) {
          end();
          return reject(new UsageError("Interrupted; nothing was stored"));
        }
        typed = ERASE.test(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    stdin.on("data", take);
  });
}
