import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { onTestFinished } from "vitest";

/**
 * What happens to a request: `forgetful` lets it through and loses the answer, `stranger` is a page of somebody else's,
 * `allergic` answers 500 to what has the word poison in it, `picky` answers 400 to that.
 */
export type Mood =
  | "good"
  | "slow"
  | "allergic"
  | "picky"
  | "forgetful"
  | "500"
  | "busy"
  | "hang"
  | "stranger"
  | "no gzip"
  | "down";

export interface DoorState {
  mood: Mood;
  /** Address of the server behind it. */
  target: string | null;
}

/** An address that stays the same while what is behind it breaks, hangs, goes and comes back. */
export interface MoodyDoor {
  url: string;
  /** Resolves when it is so. */
  be(mood: Mood, target?: string): Promise<void>;
  /** Requests that met each mood. */
  seen(): Promise<Record<string, number>>;
}

/** Lives as long as the test. */
export async function openMoodyDoor(): Promise<MoodyDoor> {
  const child = fork(join(import.meta.dirname, "moody-door-process.ts"), [], { execArgv: ["--conditions=source"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  type State = { port: number; seen: Record<string, number> };
  const told = async () => ((await once(child, "message")) as [State])[0];
  const { port } = await told();
  let state: DoorState = { mood: "500", target: null };
  const become = async (next: DoorState) => {
    state = next;
    const answer = told();
    child.send(next);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    be: async (mood, target) => void (await become({ mood, target: target ?? state.target })),
    seen: async () => (await become(state)).seen,
  };
}
