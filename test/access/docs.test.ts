import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { temporaryFolder } from "../temporary-folder.ts";
import { outlay } from "./account-server.ts";

const path = join(import.meta.dirname, "../../docs/keys-and-access.md");

it("docs/keys-and-access.md says only what works", async () => {
  const dataDir = temporaryFolder();
  const commands = [...readFileSync(path, "utf8").matchAll(/```bash\n([^]*?)```/g)].flatMap(([, block]) =>
    block!.trim().split("\n"),
  );
  expect(commands.length).toBeGreaterThan(4);
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    expect(words[0]).toBe("outlay");
    const { stdout } = await outlay([...words.slice(1), "--data", dataDir]);
    expect(stdout.length, command).toBeGreaterThan(20);
  }
});
