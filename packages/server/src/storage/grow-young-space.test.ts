import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const program = `
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { growYoungSpace } from ${JSON.stringify(join(import.meta.dirname, "grow-young-space.ts"))};
const sizeMb = () => getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size / 1_048_576;
setFlagsFromString("--semi-space-growth-factor=1");
const before = sizeMb();
growYoungSpace(8);
const grown = sizeMb();
growYoungSpace(8);
let kept = [];
for (let i = 0; i < 2_000_000; i++) {
  kept.push({ i });
  if (kept.length > 300_000) kept = [];
}
console.log(JSON.stringify([before < 8, grown, sizeMb()]));
`;

test("the space for short-lived objects becomes as large as asked, and no larger under load", () => {
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  // 8 MB in each of two halves
  expect(JSON.parse(output)).toEqual([true, 16, 16]);
});
