import fc from "fast-check";
import { expect, it } from "vitest";

import { RowParts } from "./row-parts.ts";

it("gives each row its parts in the order of their keys, whatever they were added in", () => {
  const rows = 5;
  const part = fc.record({ row: fc.nat({ max: rows - 1 }), key: fc.nat({ max: 2 ** 26 - 1 }) });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 200 }), (parts) => {
      const gathered = new RowParts(parts.length);
      parts.forEach(({ row, key }, slot) => gathered.add(row, key, slot));
      gathered.arrange(rows);
      for (let row = 0; row < rows; row++) {
        const found: [key: number, slot: number][] = [];
        for (let at = gathered.start(row); at < gathered.start(row + 1); at++) {
          found.push([gathered.key(at), gathered.slot(at)]);
        }
        const expected = parts
          .map((given, slot): [number, number, number] => [given.row, given.key, slot])
          .filter(([of]) => of === row)
          .map(([, key, slot]): [number, number] => [key, slot])
          .toSorted(([key, slot], [otherKey, otherSlot]) => key - otherKey || slot - otherSlot);
        expect(found).toEqual(expected);
      }
    }),
  );
});
