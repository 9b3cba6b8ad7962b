import { InvalidInput } from "@outlay/core";
import { textAt } from "./text-table.ts";

/** How a field's value is written, by the lowest three bits of its tag. */
const VARINT = 0;
const FIXED64 = 1;
export const LENGTH = 2;
const FIXED32 = 5;

const TWO_32 = 4_294_967_296;

/**
 * Reads the fields of a protobuf message one after the other. Never reads beyond the message that it stands in;
 * what cannot be right throws InvalidInput `invalid_protobuf` with its position.
 *
 *   while (cursor.next()) {
 *     if (cursor.field === 1) text = cursor.text();
 *     else cursor.skip();
 *   }
 */
export class ProtobufCursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  position = 0;
  /** Where the message ends that is being read. */
  end: number;
  /** Number and wire type of the field that `next` found. */
  field = 0;
  wire = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = bytes.length;
  }

  /** Goes to the next field of the message; false at its end. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const first = this.bytes[this.position]!;
    let tag = first;
    if (first < 0x80) this.position += 1;
    else tag = this.#unsigned();
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0) this.#refuse("has a field with number 0");
    return true;
  }

  /** Leaves the value unread. */
  skip(): void {
    if (this.wire === LENGTH) this.#advance(this.#length());
    else if (this.wire === VARINT) this.#skipVarint();
    else if (this.wire === FIXED64) this.#advance(8);
    else if (this.wire === FIXED32) this.#advance(4);
    else this.#refuse(`has a field of wire type ${this.wire}`);
  }

  /** Enters a message. Gives where the outer one ends: to be handed to `leave`. */
  enter(): number {
    this.#expect(LENGTH);
    const outer = this.end;
    const length = this.#length();
    this.end = this.position + length;
    return outer;
  }

  /** Goes back to the outer message, behind the inner one. */
  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  /** Text, or bytes that stand for it. What is not UTF-8 is replaced character by character. */
  text(): string {
    this.#expect(LENGTH);
    const length = this.#length();
    const start = this.position;
    this.position += length;
    return textAt(this, start, this.position);
  }

  /** An id as lower-case hex; "" when it is absent or all zeros, which means that there is none. */
  hex(): string {
    this.#expect(LENGTH);
    const length = this.#length();
    const start = this.position;
    this.position += length;
    // 16 bytes are the longest id there is
    const id = this.bytes.toString("hex", start, Math.min(this.position, start + 16));
    return isZeros(id) ? "" : id;
  }

  /** A whole number of 64 bits, two's complement. Beyond 2^53 it is the nearest double. */
  int64(): number {
    this.#expect(VARINT);
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else high |= (bits & 1) << 31;
      if (byte < 0x80) return high * TWO_32 + (low >>> 0);
    }
    return this.#refuse("has a number of more than ten bytes");
  }

  boolean(): boolean {
    return this.int64() !== 0;
  }

  double(): number {
    return this.view.getFloat64(this.#fixed64(), true);
  }

  /** A signed number of fixed width. */
  fixedInt64(): number {
    const at = this.#fixed64();
    return this.view.getInt32(at + 4, true) * TWO_32 + this.view.getUint32(at, true);
  }

  /** Nanoseconds since 1970 as milliseconds, to the microsecond. */
  nanosAsMs(): number {
    const at = this.#fixed64();
    const ms = this.view.getUint32(at + 4, true) * (TWO_32 / 1e6) + this.view.getUint32(at, true) / 1e6;
    return Math.round(ms * 1_000) / 1_000;
  }

  #fixed64(): number {
    this.#expect(FIXED64);
    const at = this.position;
    this.#advance(8);
    return at;
  }

  #byte(): number {
    if (this.position >= this.end) this.#refuse("ends in the middle of a number");
    return this.bytes[this.position++]!;
  }

  /** Up to 32 bits: tags and lengths. */
  #unsigned(): number {
    let byte = this.#byte();
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      if (shift === 35) this.#refuse("has a tag or length above 32 bits");
      byte = this.#byte();
      value = shift < 28 ? value | ((byte & 0x7f) << shift) : value + (byte & 0x7f) * 2 ** 28;
    }
    return value < TWO_32 ? value : this.#refuse("has a tag or length above 32 bits");
  }

  #length(): number {
    const length = this.#unsigned();
    if (length > this.end - this.position) {
      this.#refuse(`has a part of ${length} bytes where ${this.end - this.position} are left`);
    }
    return length;
  }

  #skipVarint(): void {
    for (let count = 0; count < 10; count += 1) if (this.#byte() < 0x80) return;
    this.#refuse("has a number of more than ten bytes");
  }

  #advance(length: number): void {
    if (length > this.end - this.position) this.#refuse("ends in the middle of a number");
    this.position += length;
  }

  #expect(wire: number): void {
    if (this.wire !== wire) this.#refuse(`has field ${this.field} with wire type ${this.wire} instead of ${wire}`);
  }

  #refuse(what: string): never {
    throw new InvalidInput("invalid_protobuf", `The body is not an OTLP message: at byte ${this.position} it ${what}`);
  }
}

function isZeros(hex: string): boolean {
  return hex.charCodeAt(0) === 48 && /^0+$/.test(hex);
}
