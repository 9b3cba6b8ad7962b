/** Number of colours that are told apart safely; see the `--series-*` tokens in styles.css. */
export const SERIES_COLOURS = 7;

/**
 * Binds names to colour slots (0 to SERIES_COLOURS - 1). A name keeps its slot in every chart, list and
 * period; only when it is shown together with a more important name (earlier in `names`) of the same
 * colour, and another colour is free, does it move. New names get the slot that is used least.
 */
export function bindColours(bound: Readonly<Record<string, number>>, names: readonly string[]): Record<string, number> {
  const result = { ...bound };
  const uses = Array.from({ length: SERIES_COLOURS }, () => 0);
  const use = (slot: number) => {
    uses[slot] = (uses[slot] ?? 0) + 1;
  };
  const homeless: string[] = [];
  for (const name of names) {
    const slot = result[name];
    if (slot === undefined || uses[slot] !== 0) homeless.push(name);
    else use(slot);
  }
  for (const name of homeless) {
    const least = Math.min(...uses);
    const slot = result[name];
    if (slot === undefined || least === 0) result[name] = uses.indexOf(least);
    use(result[name] ?? 0);
  }
  return result;
}
