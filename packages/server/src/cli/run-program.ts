import { CommanderError } from "commander";
import { InvalidInput, ProviderFailed } from "@outlay/core";
import { createProgram, type AddCommand } from "./create-program.ts";
import { ApiProblem, BrokenPipe, CommandFailed, UsageError } from "./problem.ts";
import type { CliContext, CliDependencies } from "./context.ts";

/** What a script can tell from the exit code. */
const EXIT_CODES = {
  fine: 0,
  /** Something that the user can mend: a wrong value, no such session, the server is away. */
  failed: 1,
  /** The command line itself was not understood. */
  usage: 2,
  /** A bug of ours (EX_SOFTWARE of sysexits.h). */
  bug: 70,
} as const;

/** Runs one command line (without node and script) with these commands to its end and says the exit code. Never throws. */
export async function runProgram(
  argv: string[],
  dependencies: CliDependencies,
  commands: readonly AddCommand[],
): Promise<number> {
  const { program, context, cleanup } = createProgram(argv, dependencies, commands);
  let exitCode: number = EXIT_CODES.fine;
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    exitCode = report(error, context);
  }
  for (const close of cleanup.toReversed()) {
    try {
      await close();
    } catch (error) {
      // the first failure is the one worth hearing about
      exitCode = exitCode === EXIT_CODES.fine ? report(error, context) : exitCode;
    }
  }
  return exitCode;
}

/** Says once what went wrong, on standard error, as a sentence or (with `--json`) as an object. */
function report(error: unknown, context: CliContext): number {
  if (error instanceof BrokenPipe) return EXIT_CODES.fine;
  if (error instanceof CommandFailed) return EXIT_CODES.failed;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.fine : EXIT_CODES.usage;
  const { exitCode, code, message, field } = describe(error);
  if (context.isJson()) {
    context.note(JSON.stringify({ error: { code, message, field } }));
  } else {
    context.note(`${context.colors.red("error:")} ${message}`);
    if (exitCode === EXIT_CODES.bug) context.note("This is a bug in Outlay, not something you did.");
  }
  return exitCode;
}

function describe(error: unknown): { exitCode: number; code: string; message: string; field?: string | undefined } {
  if (error instanceof UsageError) return { exitCode: EXIT_CODES.usage, code: "usage", message: error.message };
  if (error instanceof InvalidInput) {
    return { exitCode: EXIT_CODES.failed, code: error.code, message: error.message, field: error.field };
  }
  if (error instanceof ApiProblem) {
    const exitCode = error.status === 500 ? EXIT_CODES.bug : EXIT_CODES.failed;
    return { exitCode, code: error.code, message: error.message, field: error.field };
  }
  if (error instanceof ProviderFailed) return { exitCode: EXIT_CODES.failed, code: error.code, message: error.message };
  const unreachable = connectionFailure(error);
  if (unreachable !== null) return { exitCode: EXIT_CODES.failed, code: "server_unreachable", message: unreachable };
  const file = fileFailure(error);
  if (file !== null) return { exitCode: EXIT_CODES.failed, code: "file_not_usable", message: file };
  return { exitCode: EXIT_CODES.bug, code: "internal", message: stackOf(error) };
}

/** `fetch` hides the reason of a failed connection in `cause`. */
function connectionFailure(error: unknown): string | null {
  if (!(error instanceof TypeError) || error.message !== "fetch failed") return null;
  const cause = error.cause;
  return `The server cannot be reached: ${cause instanceof Error ? cause.message || cause.name : "connection failed"}`;
}

/** A path that the user gave and that cannot be read or written. */
function fileFailure(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return null;
  const reasons: Record<string, string> = {
    ENOENT: "does not exist",
    EACCES: "may not be read or written",
    EPERM: "may not be changed",
    EISDIR: "is a directory",
    ENOTDIR: "is inside something that is no directory",
    ENOSPC: "is on a full disk",
    EROFS: "is on a read-only disk",
  };
  const reason = reasons[String(error.code)];
  // reading a directory fails without naming it
  return reason === undefined ? null : `${"path" in error ? String(error.path) : "The file"} ${reason}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
