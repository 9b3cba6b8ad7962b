import type { ReadStream, WriteStream } from "node:tty";
import type { CliContext } from "./context.ts";
import { untilStopped } from "./until-stopped.ts";

/** A terminal that is drawn upon as a whole. */
export interface Screen {
  redraw(): void;
  /** Resolves when somebody wants to leave: q, Escape, Ctrl-C, a signal. */
  ended: Promise<void>;
  /** Gives the terminal back as it was; may be called again. */
  close(): void;
}

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const REST_OF_LINE = "\u001b[K";
const REST_OF_SCREEN = "\u001b[J";
const LEAVING_KEYS = new Set(["q", "Q", "\u0003", "\u001b"]);

/** Takes the screen and the keys. However the process ends, the terminal is given back. */
export function openScreen(
  context: CliContext,
  { draw, onKey }: { draw(size: { width: number; height: number }): string[]; onKey(key: string): void },
): Screen {
  const input = context.stdin as ReadStream;
  const output = context.stdout as WriteStream;
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const redraw = () => {
    const lines = draw({ width: context.columns(), height: Math.max(2, output.rows || 24) });
    output.write(HOME + lines.map((line) => line + REST_OF_LINE).join("\r\n") + REST_OF_SCREEN);
  };
  const read = (chunk: Buffer) => {
    const key = chunk.toString("utf8");
    if (LEAVING_KEYS.has(key)) return leave();
    onKey(key);
    redraw();
  };
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.off("exit", close);
    output.off("resize", redraw);
    input.off("data", read);
    input.setRawMode(false);
    input.pause();
    output.write(LEAVE);
  };
  process.on("exit", close);
  output.on("resize", redraw);
  input.setRawMode(true);
  input.on("data", read);
  input.resume();
  output.write(ENTER);
  redraw();
  return { redraw: () => (isOpen ? redraw() : undefined), ended: Promise.race([left, untilStopped()]), close };
}
