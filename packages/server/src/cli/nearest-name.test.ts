import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.ts";

it("finds what was probably meant, and nothing when nothing is near", () => {
  const names = ["serve", "demo", "costs", "report", "query", "sessions", "export"];
  expect(nearestName("cost", names)).toBe("costs");
  expect(nearestName("rpeort", names)).toBe("report");
  expect(nearestName("exprot", names)).toBe("export");
  expect(nearestName("SERVE", names)).toBe("serve");
  expect(nearestName("session", names)).toBe("sessions");
  expect(nearestName("frobnicate", names)).toBeNull();
  expect(nearestName("zzzz", names)).toBeNull();
});
