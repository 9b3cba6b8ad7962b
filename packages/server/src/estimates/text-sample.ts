/** Most characters of a text's beginning that are kept: enough to know how many make a token. */
export const MAX_SAMPLE_CHARACTERS = 16_384;

/** How much text there is, and its beginning. */
export interface TextSample {
  /** UTF-16 units, as `string.length` counts. */
  characters: number;
  /** At most `MAX_SAMPLE_CHARACTERS` from the start; empty when nobody kept any of it. */
  sample: string;
  /** Messages that it stands in: each takes a few tokens of its own. */
  messages?: number;
  /** Definitions of tools that it contains. */
  tools?: number;
  /** Pictures, sounds, files and texts that are already tokens: what they take cannot be told from here. */
  uncountable?: number;
}
