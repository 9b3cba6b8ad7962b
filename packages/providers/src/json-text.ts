import { JsonSkimmer } from "./skim-json.ts";

/** Of a text that arrives in parts, unless another number is given. */
const MAX_BUFFERED_CHARACTERS = 65_536;

/** One piece of JSON that arrives in parts: a body, the data of an event. Its objects are handed on at its end or before. */
export class JsonText {
  readonly #onObject: (value: unknown) => void;
  readonly #onUnreadable: () => void;
  readonly #maxBufferedCharacters: number;
  #text = "";
  #skimmer: JsonSkimmer | null = null;

  /** Up to `maxBufferedCharacters`, text is kept and read in one go, which is fastest; beyond, it is skimmed. */
  constructor(
    onObject: (value: unknown) => void,
    onUnreadable: () => void,
    maxBufferedCharacters = MAX_BUFFERED_CHARACTERS,
  ) {
    this.#maxBufferedCharacters = maxBufferedCharacters;
    this.#onObject = onObject;
    this.#onUnreadable = onUnreadable;
  }

  push(text: string): void {
    if (this.#skimmer === null) {
      this.#text += text;
      if (this.#text.length > this.#maxBufferedCharacters) this.#skim();
    } else {
      this.#skimmer.push(text);
    }
  }

  end(): void {
    if (this.#skimmer === null && this.#text.trim() !== "") {
      try {
        const value = JSON.parse(this.#text) as unknown;
        for (const object of Array.isArray(value) ? (value as unknown[]) : [value]) this.#onObject(object);
        return;
      } catch {
        // Cut or damaged: the objects that are whole still count.
        if (!/[{[]/.test(this.#text)) return this.#onUnreadable();
        this.#skim();
      }
    }
    this.#skimmer?.end();
  }

  #skim(): void {
    this.#skimmer = new JsonSkimmer(this.#onObject, this.#onUnreadable);
    this.#skimmer.push(this.#text);
    this.#text = "";
  }
}
