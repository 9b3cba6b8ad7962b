import { CUSTOMERS, MODELS, TASKS, USERS } from "./organisation.ts";
import { weightedPicker } from "./random.ts";
import { isIncident, isSpikeDay, isWeekend } from "./rhythm.ts";
import type { ModelProfile, Task } from "./organisation.ts";
import type { Random } from "./random.ts";

/** Distinct values to draw from. */
export interface Cardinality {
  users?: number;
  agents?: number;
  models?: number;
  customers?: number;
  /** Absent: a session of its own for every conversation, a handful of calls each. A session ends with its day. */
  sessionsPerDay?: number;
}

/** Who and what takes part on one day. */
export interface Cast {
  day: number;
  task(random: Random): Task;
  model(task: Task, random: Random): ModelProfile;
  agent(task: Task, random: Random): string;
  user(random: Random): string;
  customer(random: Random): string;
  /** `ordinal` counts the day's sessions. */
  session(ordinal: number, random: Random): string;
  /** Hour of the day (UTC) at which this provider fails more often than usual, and by what factor. */
  failureFactor(provider: string, hour: number): number;
}

/** The organisation on one UTC day; `cardinality` widens it for benchmarks. */
export function castOfDay(day: number, anchorDay: number, cardinality: Cardinality): Cast {
  const relativeDay = day - anchorDay;
  const pickTask = weightedPicker(TASKS.map((task) => [task, taskWeight(task, day, anchorDay)] as const));
  const pickModel = new Map(TASKS.map((task) => [task, modelPicker(task, relativeDay)]));
  const incident = isIncident(day, anchorDay);
  const { users, agents, models, customers, sessionsPerDay } = cardinality;
  return {
    day,
    task: pickTask,
    model: (task, random) => widenModel(pickModel.get(task)!(random), models, random),
    agent: (task, random) => (agents === undefined ? task.agent : numbered("agent", agents, random)),
    user: users === undefined ? pickUser : (random) => numbered("user", users, random),
    customer: customers === undefined ? pickCustomer : (random) => numbered("customer", customers, random),
    session: (ordinal, random) => {
      const prefix = `s-${day.toString(36)}`;
      return sessionsPerDay === undefined
        ? `${prefix}-${ordinal.toString(36)}`
        : numbered(prefix, sessionsPerDay, random);
    },
    failureFactor: (provider, hour) => (incident && provider === "anthropic" && hour >= 13 && hour < 17 ? 14 : 1),
  };
}

const pickUser = weightedPicker(USERS.map((user, rank) => [user, 1 / (rank + 3)] as const));
const pickCustomer = weightedPicker(CUSTOMERS);

function taskWeight(task: Task, day: number, anchorDay: number): number {
  if (isSpikeDay(day, anchorDay) && task.workItem === "agent_loop") return task.weight * 9;
  return isWeekend(day) && task.rhythm === "office" ? task.weight * 0.3 : task.weight;
}

function modelPicker(task: Task, relativeDay: number): (random: Random) => ModelProfile {
  const inUse = task.models.filter(
    ({ fromDay = -Infinity, untilDay = Infinity }) => relativeDay >= fromDay && relativeDay < untilDay,
  );
  return weightedPicker(inUse.map(({ name, weight }) => [MODELS[name] as ModelProfile, weight] as const));
}

/** Half of the calls go to fine-tunes, so many that there are `models` in all; without it to the model itself. */
function widenModel(profile: ModelProfile, models: number | undefined, random: Random): ModelProfile {
  const profiles = Object.values(MODELS);
  const extra = (models ?? 0) - profiles.length;
  if (extra <= 0 || random.chance(0.5)) return profile;
  // fine-tune number n is one of profile n modulo the number of profiles
  const first = profiles.findIndex(({ model }) => model === profile.model);
  const ofThisModel = Math.ceil((extra - first) / profiles.length);
  if (ofThisModel <= 0) return profile;
  return { ...profile, model: `ft:${profile.model}:${first + profiles.length * skewed(ofThisModel, random)}` };
}

function numbered(prefix: string, count: number, random: Random): string {
  return `${prefix}-${skewed(count, random)}`;
}

/** From 0 to `count` - 1, low numbers more often, as real users and agents are. */
function skewed(count: number, random: Random): number {
  const position = random.next();
  return Math.floor(position * position * count);
}
