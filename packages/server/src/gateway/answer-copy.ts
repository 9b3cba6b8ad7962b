import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { openAnswer, type AnswerReader, type CallFacts, type Measured, type Route } from "@outlay/providers";

/** More is not decompressed: a small answer may unpack to any size. */
const MAX_DECODED_BYTES = 268_435_456;
const MAX_ENCODINGS = 2;
/** Answers whose pieces carry no text are looked at so often for their first token; then the first piece counts as it. */
const MAX_LOOKS_FOR_TEXT = 32;

/** Reads a copy of an answer while the answer itself goes to the client. */
export interface AnswerCopy {
  /** `push` never says no. */
  readonly isRoomy: boolean;
  /** `atMs`: when the bytes came, on the clock of `performance.now()`. False: wait with more until `onRoom` is called. */
  push(bytes: Buffer, atMs: number): boolean;
  /**
   * The answer is over. `done` is called once, at once unless something is still being decompressed, with null when the answer
   * cannot be read.
   */
  end(cut: boolean, done: (measured: Measured | null) => void): void;
  /** When the first generated text had arrived, on the clock of `performance.now()`; null: not yet. */
  firstTextAtMs(): number | null;
  /** What is known so far; null: nothing can be read. */
  measured(): Measured | null;
}

/** `contentEncoding` as the header says it. `onRoom`: what was waited for has happened. */
export function openAnswerCopy(
  route: Route,
  call: CallFacts,
  contentEncoding: string | null,
  onRoom: () => void,
): AnswerCopy {
  const decoders = contentEncoding === null ? [] : decodersOf(contentEncoding);
  if (decoders === null) return unreadable();
  const plain = new PlainCopy(route, call);
  return decoders.length === 0 ? plain : decoded(decoders, plain, onRoom);
}

/** What comes is not compressed, or not any more. */
class PlainCopy implements AnswerCopy {
  readonly isRoomy = true;
  readonly #reader: AnswerReader;
  /** How often its text is still looked for. */
  #looks: number;
  #firstTextMs: number | null = null;
  #firstPieceMs: number | null = null;

  constructor(route: Route, call: CallFacts) {
    this.#reader = openAnswer(route, call);
    this.#looks = call.request.streaming ? MAX_LOOKS_FOR_TEXT : 0;
  }

  push(bytes: Buffer, atMs: number): boolean {
    this.#reader.push(bytes);
    if (this.#looks > 0) this.#lookForText(atMs);
    return true;
  }

  #lookForText(atMs: number): void {
    this.#firstPieceMs ??= atMs;
    this.#looks -= 1;
    if (this.#reader.measured().produced.characters === 0) return;
    this.#firstTextMs = atMs;
    this.#looks = 0;
  }

  end(cut: boolean, done: (measured: Measured | null) => void): void {
    done(this.#reader.end({ cut }));
  }

  firstTextAtMs(): number | null {
    return this.#firstTextMs ?? this.#firstPieceMs;
  }

  measured(): Measured {
    return this.#reader.measured();
  }
}

function unreadable(): AnswerCopy {
  return {
    isRoomy: true,
    push: () => true,
    end: (_cut, done) => done(null),
    firstTextAtMs: () => null,
    measured: () => null,
  };
}

/** The copy unpacked, one decoder after the other. What is damaged ends there: what came before counts. */
function decoded(decoders: Transform[], plain: PlainCopy, onRoom: () => void): AnswerCopy {
  const first = decoders[0]!;
  const last = decoders.at(-1)!;
  let isOpen = true;
  let isDamaged = false;
  let decodedBytes = 0;
  let onEnd: (() => void) | null = null;
  const finish = () => {
    if (!isOpen) return;
    isOpen = false;
    for (const decoder of decoders) decoder.destroy();
    onRoom();
    onEnd?.();
  };
  for (const [index, decoder] of decoders.entries()) {
    decoder.on("error", () => {
      isDamaged = true;
      finish();
    });
    const next = decoders[index + 1];
    if (next !== undefined) decoder.pipe(next);
  }
  first.on("drain", onRoom);
  last.on("end", finish);
  last.on("data", (bytes: Buffer) => {
    decodedBytes += bytes.length;
    if (decodedBytes <= MAX_DECODED_BYTES) return void plain.push(bytes, performance.now());
    isDamaged = true;
    finish();
  });
  return {
    isRoomy: false,
    push: (bytes) => !isOpen || first.write(bytes),
    end(cut, done) {
      onEnd = () => plain.end(cut || isDamaged, done);
      if (!isOpen) return onEnd();
      // Of what was cut off the decoders give what they have, and then an error for the missing end.
      first.end();
    },
    firstTextAtMs: () => plain.firstTextAtMs(),
    measured: () => plain.measured(),
  };
}

/** null: an encoding that we cannot read. The last one in the header was applied last. */
function decodersOf(contentEncoding: string): Transform[] | null {
  const names = contentEncoding
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > MAX_ENCODINGS || names.some((name) => !Object.hasOwn(DECODERS, name))) return null;
  return names.toReversed().map((name) => DECODERS[name]!());
}

const DECODERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};
