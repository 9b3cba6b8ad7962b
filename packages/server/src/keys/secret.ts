import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInput } from "@outlay/core";

/** What keeps provider keys closed: made from OUTLAY_SECRET, or from the file in the data folder. */
export interface Secret {
  /** For people: `OUTLAY_SECRET` or the path of the file. */
  where: string;
  /** What `unlock` gives back. Never the same twice. `purpose` binds it to its place. */
  lock(text: string, purpose: string): Locked;
  /** null: it was locked with another secret, for another purpose, or changed since. */
  unlock(locked: Locked, purpose: string): string | null;
  /** A secret of its own for each purpose, always the same: for libraries that want one as text. */
  derive(purpose: string): string;
}

/** As it is kept: AES-256-GCM, in base64url. */
export interface Locked {
  nonce: string;
  text: string;
  tag: string;
}

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FILE = "secret.key";
/** What 24 random bytes take in base64: no dictionary is that long. */
const MIN_SECRET_CHARACTERS = 32;

/** The secret there is; null when none was made yet. InvalidInput `secret_too_short`; other failures of the file go out. */
export async function findSecret(dataDir: string, fromEnvironment: string | null): Promise<Secret | null> {
  if (fromEnvironment !== null && fromEnvironment !== "") {
    if (fromEnvironment.length < MIN_SECRET_CHARACTERS) {
      throw new InvalidInput(
        "secret_too_short",
        `OUTLAY_SECRET has ${fromEnvironment.length} characters; expected at least ${MIN_SECRET_CHARACTERS}, for example from: openssl rand -base64 32`,
        { field: "OUTLAY_SECRET" },
      );
    }
    return secretOf(fromEnvironment, "OUTLAY_SECRET");
  }
  const path = join(dataDir, FILE);
  try {
    return secretOf((await readFile(path, "utf8")).trim(), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Makes the file, for its owner's eyes only, and waits until it is on disk. The one that somebody else made meanwhile stays. */
export async function makeSecret(dataDir: string): Promise<Secret> {
  const path = join(dataDir, FILE);
  const text = randomBytes(KEY_BYTES).toString("base64url");
  try {
    await writeFile(path, `${text}\n`, { mode: 0o600, flag: "wx", flush: true });
  } catch (error) {
    const made = (error as NodeJS.ErrnoException).code === "EEXIST" ? await findSecret(dataDir, null) : null;
    if (made === null) throw error;
    return made;
  }
  return secretOf(text, path);
}

function secretOf(text: string, where: string): Secret {
  const key = Buffer.from(hkdfSync("sha256", text, "", "outlay provider keys", KEY_BYTES));
  return {
    where,
    derive: (purpose) =>
      Buffer.from(hkdfSync("sha256", text, "", `outlay ${purpose}`, KEY_BYTES)).toString("base64url"),
    lock(plain, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(purpose));
      const locked = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return { nonce: encode(nonce), text: encode(locked), tag: encode(cipher.getAuthTag()) };
    },
    unlock(locked, purpose) {
      try {
        const cipher = createDecipheriv(CIPHER, key, decode(locked.nonce), { authTagLength: TAG_BYTES });
        cipher.setAAD(Buffer.from(purpose)).setAuthTag(decode(locked.tag));
        return Buffer.concat([cipher.update(decode(locked.text)), cipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64url");
}

function decode(text: string): Buffer {
  return Buffer.from(text, "base64url");
}
