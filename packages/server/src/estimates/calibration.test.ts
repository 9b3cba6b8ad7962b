import { describe, expect, it } from "vitest";
import { Calibration } from "./calibration.ts";

/** Numbers between 0 and 1, the same every time. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

interface Call {
  estimatedTokens: number;
  reportedTokens: number;
  characters: number;
}

/** Calls of all sizes whose true tokens are `ratio` times the estimate, give or take. */
function callsOf(ratio: number, count: number, noise: number, seed = 1): Call[] {
  const chance = chances(seed);
  return Array.from({ length: count }, () => {
    const estimatedTokens = Math.ceil(20 * 200 ** chance());
    const spread = 1 + (chance() + chance() + chance() - 1.5) * 2 * noise;
    const reportedTokens = Math.max(1, Math.round(estimatedTokens * ratio * spread));
    return { estimatedTokens, reportedTokens, characters: estimatedTokens * 4 };
  });
}

function learn(calibration: Calibration, calls: Call[]): void {
  for (const call of calls) calibration.learn("p/m", "produced", call);
}

/** How far the sum of calibrated estimates is from the sum of what was reported. */
function totalError(calibration: Calibration, calls: Call[]): number {
  const factor = calibration.factor("p/m", "produced");
  const estimated = calls.reduce((sum, call) => sum + call.estimatedTokens * factor, 0);
  const reported = calls.reduce((sum, call) => sum + call.reportedTokens, 0);
  return Math.abs(estimated / reported - 1);
}

describe("calibration", () => {
  it.each([0.6, 0.8, 1, 1.2, 1.5, 1.8, 2.2])(
    "is within two percent of the total after 200 noisy calls of a model that has %s times the tokens",
    (ratio) => {
      const errors = Array.from({ length: 20 }, (_, seed) => {
        const calibration = new Calibration();
        learn(calibration, callsOf(ratio, 200, 0.1, 100 * seed + 1));
        return totalError(calibration, callsOf(ratio, 4_000, 0.1, 100 * seed + 2));
      }).toSorted((one, other) => one - other);
      expect(errors[9]).toBeLessThan(0.01);
      expect(errors[18]).toBeLessThan(0.02);
      expect(errors[19]).toBeLessThan(0.03);
    },
  );

  it("is better than nothing after a few calls, and does not believe a single one", () => {
    const calibration = new Calibration();
    learn(calibration, callsOf(1.5, 1, 0));
    expect(calibration.factor("p/m", "produced")).toBeLessThan(1.1);
    learn(calibration, callsOf(1.5, 20, 0.1, 2));
    expect(calibration.factor("p/m", "produced")).toBeGreaterThan(1.35);
  });

  it("follows when the model's tokenizer changes", () => {
    const calibration = new Calibration();
    learn(calibration, callsOf(1, 2_000, 0.1));
    learn(calibration, callsOf(1.4, 1_000, 0.1, 2));
    expect(totalError(calibration, callsOf(1.4, 1_000, 0.1, 3))).toBeLessThan(0.03);
  });

  it("states a band that holds nine in ten calls", () => {
    const calibration = new Calibration();
    learn(calibration, callsOf(1.3, 400, 0.12));
    const band = calibration.errorPercent("p/m", "produced")! / 100;
    const factor = calibration.factor("p/m", "produced");
    const calls = callsOf(1.3, 2_000, 0.12, 5);
    const within = calls.filter((call) => Math.abs(call.reportedTokens / (call.estimatedTokens * factor) - 1) <= band);
    expect(within.length / calls.length).toBeGreaterThan(0.87);
    expect(band).toBeLessThan(0.3);
  });

  it("does not learn from what has something else in it", () => {
    const calibration = new Calibration();
    const call = { estimatedTokens: 100, characters: 400 };
    for (const reportedTokens of [0, 1, 24, 401, 9_000_000]) {
      calibration.learn("p/m", "prompt", { ...call, reportedTokens });
    }
    calibration.learn("p/m", "prompt", { estimatedTokens: 0, characters: 0, reportedTokens: 100 });
    expect(calibration.calls("p/m")).toBe(0);
    expect(calibration.factor("p/m", "prompt")).toBe(1);
  });

  it("keeps prompts, generated text and models apart", () => {
    const calibration = new Calibration();
    learn(calibration, callsOf(1.5, 50, 0));
    expect(calibration.factor("p/m", "prompt")).toBe(1);
    expect(calibration.factor("p/other", "produced")).toBe(1);
  });

  it("is one huge call not worth more than many small ones", () => {
    const calibration = new Calibration();
    learn(calibration, callsOf(1.2, 200, 0.05));
    calibration.learn("p/m", "produced", { estimatedTokens: 2e6, reportedTokens: 7e6, characters: 8e6 });
    expect(calibration.factor("p/m", "produced")).toBeLessThan(1.6);
  });

  it("is the same after it was saved and read", () => {
    const calibration = new Calibration();
    learn(calibration, callsOf(1.4, 100, 0.1));
    const again = new Calibration(JSON.parse(JSON.stringify(calibration.save())));
    expect(again.save()).toEqual(calibration.save());
    expect(again.factor("p/m", "produced")).toBe(calibration.factor("p/m", "produced"));
  });

  it("leaves out what is saved and cannot be true", () => {
    const good = { calls: 10, reported: 100, estimated: 90, error: 0.1, characters: 400 };
    const bad = [null, 5, {}, { ...good, estimated: 0 }, { ...good, calls: -1 }, { ...good, error: "1" }];
    for (const produced of bad) {
      expect(new Calibration({ models: { "p/m": { produced } } }).factor("p/m", "produced")).toBe(1);
    }
    for (const saved of [undefined, null, 5, "x", [], {}, { models: null }, { models: { a: null } }]) {
      expect(new Calibration(saved).calls("p/m")).toBe(0);
    }
    expect(new Calibration({ models: { "p/m": { produced: good } } }).calls("p/m")).toBe(10);
  });

  it("remembers the models that were used last, and no more than can be used", () => {
    const calibration = new Calibration();
    const call = { estimatedTokens: 100, reportedTokens: 110, characters: 400 };
    for (let index = 0; index < 700; index += 1) calibration.learn(`p/m-${index}`, "prompt", call);
    expect(Object.keys(calibration.save().models).length).toBe(500);
    expect(calibration.calls("p/m-699")).toBe(1);
    expect(calibration.calls("p/m-0")).toBe(0);
  });
});
