import { createHash, randomBytes, randomUUID } from "node:crypto";
import { InvalidInput } from "@outlay/core";
import type { CollectionRecord, Storage } from "../storage/storage.ts";
import type { Role } from "./principal.ts";

/** What somebody may do who has its token: once, and for a time. */
export interface OneTimeLink {
  id: string;
  /** To make an account, or to choose a new password for one. */
  purpose: { kind: "invitation"; invitation: Invitation } | { kind: "password"; personId: string };
  createdAtMs: number;
  expiresAtMs: number;
}

/** What the account of somebody invited will be. */
export interface Invitation {
  /** null: they say it themselves. */
  email: string | null;
  role: Role;
  /** null: their e-mail address. */
  user: string | null;
  teamIds: string[];
}

/** Invitations and links for a new password. Their tokens are stored as hashes only. */
export interface OneTimeLinks {
  /** Still good, newest first. */
  list(): OneTimeLink[];
  /** The token is in this answer and nowhere else. */
  make(purpose: OneTimeLink["purpose"], lifetimeMs: number): Promise<{ link: OneTimeLink; token: string }>;
  /** InvalidInput `link_not_valid`: unknown, used, taken back or over. */
  find(token: string): OneTimeLink;
  /** Uses it up: of two at the same time, one gets `link_not_valid`. */
  take(token: string): Promise<OneTimeLink>;
  /** InvalidInput `invitation_not_found`. */
  remove(id: string): Promise<OneTimeLink>;
  /** Those that lead to this person. */
  removeOf(personId: string): Promise<void>;
}

const COLLECTION = "one-time-links";
const TOKEN_BYTES = 32;

interface StoredLink extends OneTimeLink {
  /** SHA-256 of the token: 256 random bits cannot be guessed. */
  hash: string;
}

/** Reads the links there are. */
export async function openOneTimeLinks(storage: Storage, now: () => number): Promise<OneTimeLinks> {
  const kept = await storage.listRecords(COLLECTION);
  const links = new Map(kept.map(({ body }) => [(body as StoredLink).hash, body as StoredLink]));
  const remove = async (gone: StoredLink[]) => {
    for (const { hash } of gone) links.delete(hash);
    if (gone.length > 0)
      await storage.deleteRecords(
        COLLECTION,
        gone.map(({ id }) => id),
      );
  };
  const findStored = (token: string): StoredLink => {
    const link = links.get(hashOf(token));
    if (link !== undefined && link.expiresAtMs > now()) return link;
    throw new InvalidInput(
      "link_not_valid",
      "This link is not valid any more: it was used, taken back, or its time is over. Ask an administrator for another one",
      { field: "token", status: 410 },
    );
  };
  return {
    list: () =>
      [...links.values()]
        .filter(({ expiresAtMs }) => expiresAtMs > now())
        .map(withoutHash)
        .toSorted((one, other) => other.createdAtMs - one.createdAtMs),
    async make(purpose, lifetimeMs) {
      await remove([...links.values()].filter(({ expiresAtMs }) => expiresAtMs <= now()));
      const token = randomBytes(TOKEN_BYTES).toString("base64url");
      const createdAtMs = now();
      const link: StoredLink = {
        id: randomUUID(),
        purpose,
        createdAtMs,
        expiresAtMs: createdAtMs + lifetimeMs,
        hash: hashOf(token),
      };
      await storage.putRecords(COLLECTION, [recordOf(link)]);
      links.set(link.hash, link);
      return { link: withoutHash(link), token };
    },
    find: (token) => withoutHash(findStored(token)),
    async take(token) {
      const link = findStored(token);
      await remove([link]);
      return withoutHash(link);
    },
    async remove(id) {
      const link = [...links.values()].find((it) => it.id === id);
      if (link === undefined) {
        throw new InvalidInput(
          "invitation_not_found",
          `There is no open invitation with the id ${id}; see GET /api/v1/invitations`,
          {
            field: "id",
            status: 404,
          },
        );
      }
      await remove([link]);
      return withoutHash(link);
    },
    removeOf: (personId) =>
      remove([...links.values()].filter(({ purpose }) => purpose.kind === "password" && purpose.personId === personId)),
  };
}

function recordOf(link: StoredLink): CollectionRecord {
  return { id: link.id, atMs: link.createdAtMs, body: link };
}

function withoutHash({ id, purpose, createdAtMs, expiresAtMs }: StoredLink): OneTimeLink {
  return { id, purpose, createdAtMs, expiresAtMs };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
