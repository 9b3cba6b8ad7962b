import { FIRST_TAG_CODE, TAG_KEY_CODE, type DimensionCode } from "./cubes.ts";
import type { Database } from "./driver.ts";

/** A tag of a set: the dimension of its key, and its value there. */
export interface TagMember {
  dimension: DimensionCode;
  value: number;
}

/** Texts as small numbers, one numbering for each dimension: the writer's side, which adds new ones. */
export interface Dictionary {
  idOf(dimension: DimensionCode, text: string): number;
  /** The set of tags written as in batch-message.ts. */
  tagSetOf(tagsJson: string): number;
  membersOf(tagSet: number): TagMember[];
  /** After a transaction was undone: what it added is not there. */
  forget(): void;
}

export function openDictionary(database: Database): Dictionary {
  const texts = new Map<DimensionCode, { ids: Map<string, number>; next: number }>();
  const tagSets = new Map<string, number>();
  const members = new Map<number, TagMember[]>();
  const find = database.prepare("SELECT id FROM texts WHERE dimension = ? AND text = ?");
  const last = database.prepare("SELECT max(id) FROM texts WHERE dimension = ?");
  const add = database.prepare("INSERT INTO texts VALUES (?, ?, ?)");

  const dictionary: Dictionary = {
    idOf(dimension, text) {
      let numbering = texts.get(dimension);
      if (!numbering) {
        const [largest] = last.get(dimension) as [number | null];
        texts.set(dimension, (numbering = { ids: new Map(), next: (largest ?? 0) + 1 }));
      }
      let id = numbering.ids.get(text);
      if (id !== undefined) return id;
      const row = find.get(dimension, text);
      if (row) id = row[0] as number;
      else add.run(dimension, (id = numbering.next++), text);
      if (numbering.ids.size >= MAX_CACHED) numbering.ids.clear();
      numbering.ids.set(text, id);
      return id;
    },

    tagSetOf(tagsJson) {
      let id = tagSets.get(tagsJson);
      if (id !== undefined) return id;
      const tags = JSON.parse(tagsJson) as [string, string][];
      const found = tags.map(([key, value]) => {
        const dimension = FIRST_TAG_CODE + dictionary.idOf(TAG_KEY_CODE, key);
        return { dimension, value: dictionary.idOf(dimension, value) };
      });
      const text = found.map(({ dimension, value }) => `${dimension}:${value}`).join();
      const row = database.prepare("SELECT id FROM tag_sets WHERE members = ?").get(text);
      if (row) id = row[0] as number;
      else {
        [id] = database.prepare("INSERT INTO tag_sets (members) VALUES (?) RETURNING id").get(text) as [number];
        const insert = database.prepare("INSERT OR IGNORE INTO tag_set_members VALUES (?, ?, ?)");
        for (const { dimension, value } of found) insert.run(dimension, value, id);
      }
      if (tagSets.size >= MAX_CACHED) tagSets.clear();
      tagSets.set(tagsJson, id);
      return id;
    },

    membersOf(tagSet) {
      let found = members.get(tagSet);
      if (!found) {
        const [text] = database.prepare("SELECT members FROM tag_sets WHERE id = ?").get(tagSet) as [string];
        found = parseMembers(text);
        if (members.size >= MAX_CACHED) members.clear();
        members.set(tagSet, found);
      }
      return found;
    },

    forget() {
      texts.clear();
      tagSets.clear();
      members.clear();
    },
  };
  return dictionary;
}

export function parseMembers(text: string): TagMember[] {
  return text.split(",").map((part) => {
    const [dimension, value] = part.split(":");
    return { dimension: Number(dimension), value: Number(value) };
  });
}

/** Of each dimension; a cleared cache is only refilled from the file. */
const MAX_CACHED = 20_000;
