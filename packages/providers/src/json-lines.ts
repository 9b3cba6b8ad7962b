import { JsonText } from "./json-text.ts";

/** One JSON object a line, however long. A line that is damaged does not take the next ones along. */
export class JsonLines {
  readonly #openLine: () => JsonText;
  #line: JsonText;

  constructor(onObject: (value: unknown) => void, onUnreadable: () => void) {
    this.#openLine = () => new JsonText(onObject, onUnreadable);
    this.#line = this.#openLine();
  }

  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#line.push(text.slice(from, end));
      this.#line.end();
      this.#line = this.#openLine();
      from = end + 1;
    }
    this.#line.push(text.slice(from));
  }

  /** No more comes. */
  end(): void {
    this.#line.end();
  }
}
