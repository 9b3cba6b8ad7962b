import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What a folder of generated logs comes to. Dollars for a million tokens are in `MODELS`. */
export interface LogTotals {
  lines: number;
  bytes: number;
  calls: number;
  repeats: number;
  /** As ccusage names them: the input without what was read from the cache or written to it. */
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheCreationTokens: number;
  costUsd: number;
}

/** Dollars for a million tokens, of catalogue/prices/anthropic.json and of ccusage. */
const MODELS = [
  { name: "claude-sonnet-4-5-20250929", input: 3, output: 15, read: 0.3, write: 3.75 },
  { name: "claude-opus-4-5-20251101", input: 5, output: 25, read: 0.5, write: 6.25 },
  { name: "claude-haiku-4-5-20251001", input: 1, output: 5, read: 0.1, write: 1.25 },
];
const START_MS = Date.UTC(2026, 4, 1);

/** Sessions begin one after the other over thirty days. */
const DAYS = 30;

/** What the logs are like. */
interface Shape {
  files: number;
  /** In each file. */
  lines: number;
  /** Between two lines of a session. Default: 7, so that a session of a thousand lines takes two hours. */
  secondsApart?: number;
}

/**
 * Writes logs as older versions of Claude Code wrote them: a third of the lines are the prompts and results between the
 * answers, with almost half of the bytes; half of the others repeat an answer whose first line carries a small
 * placeholder for its output.
 *
 * @param folder Becomes a folder for CLAUDE_CONFIG_DIR.
 */
export function writeClaudeCodeLogs(folder: string, { files, lines, secondsApart = 7 }: Shape): LogTotals {
  const random = seeded(6);
  const totals: LogTotals = {
    lines: 0,
    bytes: 0,
    calls: 0,
    repeats: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    costUsd: 0,
  };
  for (let file = 0; file < files; file++) {
    const startMs = START_MS + (file / files) * DAYS * 86_400_000;
    const project = join(folder, "projects", `-home-dev-project-${file % 20}`);
    mkdirSync(project, { recursive: true });
    writeSession(join(project, `${uuid(random)}.jsonl`), { file, lines, startMs, secondsApart, random, totals });
  }
  return totals;
}

interface Session {
  file: number;
  lines: number;
  startMs: number;
  secondsApart: number;
  random: () => number;
  totals: LogTotals;
}

/** In rounds of three lines: a prompt, the answer's first line, and its last. */
function writeSession(path: string, { file, lines, startMs, secondsApart, random, totals }: Session): void {
  const cwd = `/home/dev/project/${file % 20}`;
  const sessionId = path.slice(-41, -6);
  const out = openSync(path, "w");
  let block: string[] = [];
  const flush = () => {
    const bytes = Buffer.from(block.join(""));
    writeSync(out, bytes);
    totals.bytes += bytes.length;
    block = [];
  };
  for (let line = 0; line < lines; line++) {
    const timestamp = new Date(startMs + line * secondsApart * 1_000).toISOString();
    const base = {
      parentUuid: uuid(random),
      isSidechain: false,
      userType: "external",
      cwd,
      sessionId,
      version: "1.0.44",
    };
    const more = { gitBranch: "main", uuid: uuid(random), timestamp };
    if (line % 3 === 0) {
      const content = [{ tool_use_id: `toolu_${uuid(random)}`, type: "tool_result", content: prose(random, 1_480) }];
      block.push(text({ ...base, ...more, type: "user", message: { role: "user", content } }));
    } else if (line % 3 === 1) {
      const answer = answerOf(random, line + 1 < lines);
      for (const each of answer.lines) {
        block.push(text({ ...base, ...more, uuid: uuid(random), type: "assistant", ...each }));
      }
      addTotals(totals, answer);
    }
    if (block.length > 500) flush();
  }
  flush();
  totals.lines += lines;
  closeSync(out);
}

interface Answer {
  model: (typeof MODELS)[number];
  counts: { input: number; output: number; read: number; write: number };
  lines: object[];
}

function answerOf(random: () => number, isRepeated: boolean): Answer {
  const model = MODELS[Math.floor(random() * MODELS.length)] as Answer["model"];
  const whole = (most: number) => 1 + Math.floor(random() * most);
  const counts = { input: whole(40), output: 20 + whole(2_500), read: whole(120_000), write: whole(6_000) };
  const id = `msg_01${token(random, 22)}`;
  const requestId = `req_011${token(random, 21)}`;
  const line = (output: number, content: object) => ({
    requestId,
    message: {
      id,
      type: "message",
      role: "assistant",
      model: model.name,
      content: [content],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: counts.input,
        cache_creation_input_tokens: counts.write,
        cache_read_input_tokens: counts.read,
        cache_creation: { ephemeral_5m_input_tokens: counts.write, ephemeral_1h_input_tokens: 0 },
        output_tokens: output,
        service_tier: "standard",
      },
    },
  });
  const placeholder = line(whole(8), { type: "text", text: prose(random, 280) });
  const last = line(counts.output, {
    type: "tool_use",
    id: `toolu_${token(random, 22)}`,
    name: "Bash",
    input: { command: prose(random, 280) },
  });
  return { model, counts, lines: isRepeated ? [placeholder, last] : [last] };
}

function addTotals(totals: LogTotals, { model, counts, lines }: Answer): void {
  totals.calls += 1;
  totals.repeats += lines.length - 1;
  totals.inputTokens += counts.input;
  totals.outputTokens += counts.output;
  totals.cacheReadTokens += counts.read;
  totals.cacheCreationTokens += counts.write;
  const { input, output, read, write } = model;
  totals.costUsd += (counts.input * input + counts.output * output + counts.read * read + counts.write * write) / 1e6;
}

const WORDS =
  'the file handler reads each request and writes "one" answer\n to it; tests pass now, error: none of them'.split(" ");

function prose(random: () => number, length: number): string {
  let words = "";
  const wanted = length * (0.5 + random());
  while (words.length < wanted) words += `${WORDS[Math.floor(random() * WORDS.length)] as string} `;
  return words;
}

function text(line: object): string {
  return `${JSON.stringify(line)}\n`;
}

const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789";

function token(random: () => number, length: number): string {
  let name = "";
  for (let at = 0; at < length; at++) name += ALPHABET[Math.floor(random() * ALPHABET.length)] as string;
  return name;
}

function uuid(random: () => number): string {
  const hex = () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  const [a, b, c, d] = [hex(), hex(), hex(), hex()];
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

/** Mulberry32: the same logs every time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
