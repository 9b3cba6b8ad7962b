import { expect, test } from "vitest";
import { readSettingsState } from "./settings-state.ts";

test("keeps what the address says of the page, and nothing else", () => {
  const raw = { tab: "keys", key: "0197", status: "", actor: 7, period: "7d" };
  expect(readSettingsState(raw)).toEqual({ tab: "keys", key: "0197" });
  expect(readSettingsState({ tab: "elsewhere" })).toEqual({});
});
