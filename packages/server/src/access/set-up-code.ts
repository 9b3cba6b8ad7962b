import { createHash, randomInt, timingSafeEqual } from "node:crypto";

/** Proves that whoever makes the first administrator can see the server's terminal. */
export interface SetUpCode {
  /** For the terminal: `K7QM-2XPA-9RTE`. */
  text: string;
  /** Dashes, spaces and lower case do not matter. */
  matches(given: string): boolean;
}

/** Without letters and digits that look like others. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const GROUPS = 3;
const GROUP_CHARACTERS = 4;

/** Good until the server stops: 59 random bits. */
export function createSetUpCode(): SetUpCode {
  const text = Array.from({ length: GROUPS }, randomGroup).join("-");
  return { text, matches: (given) => timingSafeEqual(digest(given), digest(text)) };
}

function randomGroup(): string {
  return Array.from({ length: GROUP_CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]!).join("");
}

function digest(code: string): Buffer {
  return createHash("sha256")
    .update(code.toUpperCase().replaceAll(/[^0-9A-Z]/g, ""))
    .digest();
}
