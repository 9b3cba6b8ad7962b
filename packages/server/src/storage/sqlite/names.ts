import { patternTest } from "@outlay/core";
import { parseModelText } from "./batch-message.ts";
import { DIMENSION_CODES, type DimensionCode, FIRST_TAG_CODE, TAG_KEY_CODE } from "./cubes.ts";
import { parseMembers, type TagMember } from "./dictionary.ts";
import type { Database } from "./driver.ts";

/** The dictionary from the readers' side. Ids never change their text, so that what is cached stays true. */
export class Names {
  #database: Database;
  #texts = new Map<DimensionCode, Map<number, string>>();
  #tagSets = new Map<number, TagMember[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  textOf(dimension: DimensionCode, id: number): string {
    let texts = this.#texts.get(dimension);
    if (!texts) this.#texts.set(dimension, (texts = new Map()));
    let text = texts.get(id);
    if (text === undefined) {
      const row = this.#database.prepare("SELECT text FROM texts WHERE dimension = ? AND id = ?").get(dimension, id);
      if (!row) throw new Error(`no text ${id} of dimension ${dimension}`);
      text = row[0] as string;
      if (texts.size >= MAX_CACHED) texts.clear();
      texts.set(id, text);
    }
    return text;
  }

  idOf(dimension: DimensionCode, text: string): number | null {
    const row = this.#database.prepare("SELECT id FROM texts WHERE dimension = ? AND text = ?").get(dimension, text);
    return row ? (row[0] as number) : null;
  }

  /** Ids of the texts that match a pattern in which `*` stands for any characters. */
  idsLike(dimension: DimensionCode, pattern: string): number[] {
    const matches = patternTest(pattern);
    const prefix = pattern.slice(0, pattern.indexOf("*"));
    const rows = this.#database
      .prepare("SELECT id, text FROM texts WHERE dimension = ? AND text >= ? AND text < ?")
      .iterate(dimension, prefix, `${prefix}\u{10FFFF}`);
    const ids: number[] = [];
    for (const [id, text] of rows) if (matches(text as string)) ids.push(id as number);
    return ids;
  }

  largestId(dimension: DimensionCode): number {
    const [id] = this.#database.prepare("SELECT max(id) FROM texts WHERE dimension = ?").get(dimension) as [
      number | null,
    ];
    return id ?? 0;
  }

  models(): { id: number; provider: string; model: string }[] {
    const rows = this.#database.prepare("SELECT id, text FROM texts WHERE dimension = ?").all(DIMENSION_CODES.model);
    return rows.map(([id, text]) => ({ id: id as number, ...parseModelText(text as string) }));
  }

  model(id: number): { provider: string; model: string } {
    return parseModelText(this.textOf(DIMENSION_CODES.model, id));
  }

  tagKeys(): string[] {
    const rows = this.#database.prepare("SELECT text FROM texts WHERE dimension = ? ORDER BY text").all(TAG_KEY_CODE);
    return rows.map(([text]) => text as string);
  }

  membersOf = (tagSet: number): TagMember[] => {
    let members = this.#tagSets.get(tagSet);
    if (!members) {
      const [text] = this.#database.prepare("SELECT members FROM tag_sets WHERE id = ?").get(tagSet) as [string];
      members = parseMembers(text);
      if (this.#tagSets.size >= MAX_CACHED) this.#tagSets.clear();
      this.#tagSets.set(tagSet, members);
    }
    return members;
  };

  tagsOf(tagSet: number): Record<string, string> {
    const tags = this.membersOf(tagSet).map(({ dimension, value }): [string, string] => [
      this.textOf(TAG_KEY_CODE, dimension - FIRST_TAG_CODE),
      this.textOf(dimension, value),
    ]);
    return Object.fromEntries(tags);
  }
}

const MAX_CACHED = 20_000;
