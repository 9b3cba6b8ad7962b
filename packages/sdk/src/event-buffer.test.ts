import fc from "fast-check";
import { expect, it } from "vitest";

import { EventBuffer, type NotedCall } from "./event-buffer.ts";

it("gives what was pushed, in order, and refuses what does not fit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.boolean(), { maxLength: 100 }), (capacity, pushes) => {
      const buffer = new EventBuffer(capacity);
      const expected: NotedCall[] = [];
      pushes.forEach((push, index) => {
        const call = { id: String(index), atMs: 0, event: { model: "m" }, context: undefined };
        if (!push) expect(buffer.take()).toBe(expected.shift());
        else if (buffer.push(call)) expected.push(call);
        else expect(expected.length).toBe(capacity);
        expect(buffer.length).toBe(expected.length);
        expect(buffer.full).toBe(expected.length === capacity);
      });
    }),
  );
});
