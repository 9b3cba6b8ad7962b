/** Something that the application's owner should know. Told once for each code, not for each event. */
export interface Warning {
  /** Stable: `rejected:<reason>`, `dropped:<reason>`, `unreachable`, `refused`, `spool`, `altered`, `no_async_context`, `limits_unreachable`. */
  code: string;
  message: string;
}

/** Most different warnings that are told. */
const MAX_WARNINGS = 100;

/** Tells each warning once. Whatever the listener does, nothing comes back. */
export class Warnings {
  readonly #told = new Set<string>();
  readonly #listener: (warning: Warning) => void;

  constructor(listener: ((warning: Warning) => void) | undefined) {
    this.#listener = listener ?? toConsole;
  }

  tell(code: string, message: string): void {
    if (this.#told.has(code) || this.#told.size >= MAX_WARNINGS) return;
    this.#told.add(code);
    try {
      this.#listener({ code, message });
    } catch {
      // The listener is the application's: what it throws must not reach the application's calls.
    }
  }
}

function toConsole({ code, message }: Warning): void {
  console.warn(`outlay: ${message} (${code})`);
}
