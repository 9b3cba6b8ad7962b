/** What the examples of the README use of curl, for machines that do not have it: `-s`, `-H`, `-d`, an address. */
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: "boolean", short: "s" },
    header: { type: "string", short: "H", multiple: true, default: [] },
    data: { type: "string", short: "d" },
  },
});
const [url] = positionals;
const headers = values.header.map((header) => header.split(/: */, 2) as [string, string]);
const answer = await fetch(
  url!,
  values.data === undefined ? { headers } : { method: "POST", headers, body: values.data },
);
process.stdout.write(await answer.text());
process.exitCode = answer.ok ? 0 : 22;
