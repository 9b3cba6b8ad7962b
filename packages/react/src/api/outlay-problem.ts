/** The server said no, or did not answer. `code` is stable; the message is a sentence for people. */
export class OutlayProblem extends Error {
  override readonly name = "OutlayProblem";
  /** 0: there was no answer. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }

  /** From the body of an answer, a problem document of RFC 9457 if all went well. */
  static of(status: number, body: unknown): OutlayProblem {
    const { code, detail, title } = (body ?? {}) as { code?: string; detail?: string; title?: string };
    return new OutlayProblem(
      status,
      code ?? "no_problem_document",
      detail ?? title ?? `The server answered ${status} without saying why.`,
    );
  }
}
