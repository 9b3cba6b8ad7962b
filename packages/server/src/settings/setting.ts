/** What a page offers to choose the value of a setting with. */
export type SettingKind = "text" | "number" | "days" | "on-off" | "time-zone" | "address" | "list" | "table";

/** One setting, as config.ts declares it. */
export interface SettingDeclaration {
  name: string;
  /** For people, as a heading. */
  label: string;
  description: string;
  kind: SettingKind;
  default: unknown;
  /** It may have no value, which is null. */
  isOptional: boolean;
  /** Whether it can be set in the dashboard, and when that counts; null: only where the server is started. */
  inDashboard: "at once" | "after a restart" | null;
  /** The value as the program has it; what comes out may go in again. InvalidInput `invalid_setting`. */
  check(value: unknown, origin: string): unknown;
}

/** All settings with the place that each came from: `flag --port`, `environment OUTLAY_PORT`, `file <path>`, `settings`, `default`. */
export interface SettingValues<Values extends object> {
  config: Values;
  origins: Record<keyof Values, string>;
}
