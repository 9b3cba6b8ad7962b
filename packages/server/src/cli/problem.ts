/** The command line was not understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The API answered with an error: 4xx the user can mend, 5xx is ours. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  /** The whole problem document, for commands that read more of it. */
  readonly document: Record<string, unknown>;

  constructor(status: number, document: Record<string, unknown>) {
    const { code, detail, title, field } = document;
    super(typeof detail === "string" ? detail : typeof title === "string" ? title : `The server answered ${status}`);
    this.status = status;
    this.code = typeof code === "string" ? code : `http_${status}`;
    this.field = typeof field === "string" ? field : undefined;
    this.document = document;
  }
}

/** The reader of our output has gone: ends the command, and is no failure. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
}

/** The command has said what is wrong itself; only the exit code is left to set. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}
