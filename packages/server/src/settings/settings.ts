import { isDeepStrictEqual } from "node:util";
import { InvalidInput, shownName, Turns } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import type { SettingDeclaration, SettingKind, SettingValues } from "./setting.ts";
import {
  IN_DASHBOARD,
  readStoredSettings,
  withStoredSettings,
  writeStoredSettings,
  type StoredSettings,
} from "./stored-settings.ts";
import { withoutPasswords } from "./without-passwords.ts";

/** A setting as people see it; passwords in addresses are left out. */
export interface ListedSetting {
  name: string;
  label: string;
  description: string;
  kind: SettingKind;
  value: unknown;
  default: unknown;
  isOptional: boolean;
  /** `flag --port`, `environment OUTLAY_PORT`, `file <path>`, `settings` (made in the dashboard), `default`. */
  origin: string;
  /** It can be changed in the dashboard. */
  editable: boolean;
  /** A change counts only when the server starts again. */
  needsRestart: boolean;
  /** The value does not count yet: the server runs with the one before. */
  isPending: boolean;
}

export interface SettingsOptions<Values extends object> {
  storage: Storage;
  declarations: readonly SettingDeclaration[];
  /** Of flags, environment and file, and defaults for the rest. */
  base: SettingValues<Values>;
  now: () => number;
  /** Hears of stored values that cannot be used. */
  warn: (message: string) => void;
}

/** The settings that a running server goes by, and what its dashboard changes of them. Every change is in the audit trail. */
export class Settings<Values extends object> {
  /** What counts at this moment; it changes in place. */
  readonly current: Readonly<Values>;
  readonly #options: SettingsOptions<Values>;
  #stored: StoredSettings;
  #resolved: SettingValues<Values>;
  readonly #listeners = new Set<(names: (keyof Values)[]) => void>();
  /** What else has to hold, which no setting knows of itself. */
  readonly #rules = new Set<(next: Readonly<Values>) => void>();
  /** Changes are stored one after the other. */
  readonly #changes = new Turns();

  private constructor(options: SettingsOptions<Values>, stored: StoredSettings) {
    this.#options = options;
    this.#stored = stored;
    this.#resolved = withStoredSettings(options.declarations, options.base, stored, options.warn);
    this.current = { ...this.#resolved.config };
  }

  static async open<Values extends object>(options: SettingsOptions<Values>): Promise<Settings<Values>> {
    return new Settings(options, await readStoredSettings(options.storage));
  }

  list(): ListedSetting[] {
    return this.#options.declarations.map((declared) => {
      const { name, label, description, kind, isOptional, inDashboard } = declared;
      const value = valueOf(this.#resolved.config, name);
      return {
        name,
        label,
        description,
        kind,
        value: withoutPasswords(value),
        default: withoutPasswords(declared.default),
        isOptional,
        origin: this.#originOf(name),
        editable: inDashboard !== null && !this.#isFixed(name),
        needsRestart: inDashboard === "after a restart",
        isPending: !isDeepStrictEqual(value, valueOf(this.current, name)),
      };
    });
  }

  /**
   * Sets what is named, and lets go of what `reset` lists: all of it or nothing. InvalidInput `unknown_setting`, `invalid_setting`,
   * `setting_fixed` (409), `invalid_body`, or what a rule says.
   */
  change(wanted: unknown, actor: string): Promise<ListedSetting[]> {
    return this.#changes.take(async () => {
      const { set, reset } = this.#parse(wanted);
      const kept = Object.entries(this.#stored).filter(([name]) => !reset.includes(name));
      const stored = { ...Object.fromEntries(kept), ...set };
      const { declarations, base, storage, warn } = this.#options;
      const next = withStoredSettings(declarations, base, stored, warn);
      for (const rule of this.#rules) rule(next.config);
      const before = this.#resolved;
      await writeStoredSettings(storage, stored);
      this.#stored = stored;
      this.#resolved = next;
      await this.#audit(before.config, [...Object.keys(set), ...reset], actor);
      this.#takeEffect();
      return this.list();
    });
  }

  /** Called with the names of what counts anew, once it does. Must not throw. */
  onChange(listener: (names: (keyof Values)[]) => void): void {
    this.#listeners.add(listener);
  }

  /** Called before a change with all that would count; throws InvalidInput to refuse it. */
  addRule(rule: (next: Readonly<Values>) => void): void {
    this.#rules.add(rule);
  }

  #takeEffect(): void {
    const changed = this.#options.declarations
      .filter(({ inDashboard }) => inDashboard === "at once")
      .map(({ name }) => name as keyof Values)
      .filter((name) => !isDeepStrictEqual(this.#resolved.config[name], this.current[name]));
    if (changed.length === 0) return;
    for (const name of changed) (this.current as Values)[name] = this.#resolved.config[name];
    for (const listener of this.#listeners) listener(changed);
  }

  #parse(wanted: unknown): { set: StoredSettings; reset: string[] } {
    if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted)) {
      throw new InvalidInput("invalid_body", 'Send an object such as { "timeZone": "Europe/Berlin" }');
    }
    const { reset = [], ...values } = wanted as Record<string, unknown>;
    if (!Array.isArray(reset) || !reset.every((name) => typeof name === "string")) {
      throw new InvalidInput("invalid_body", "reset must be a list of names of settings", { field: "reset" });
    }
    const set: StoredSettings = {};
    for (const [name, value] of Object.entries(values)) set[name] = this.#requireEditable(name).check(value, name);
    for (const name of reset as string[]) {
      this.#requireEditable(name);
      if (name in set) {
        throw new InvalidInput("invalid_setting", `${name} cannot be set and reset at once`, { field: name });
      }
    }
    return { set, reset: reset as string[] };
  }

  #requireEditable(name: string): SettingDeclaration {
    const { declarations } = this.#options;
    const declared = declarations.find((it) => it.name === name);
    if (declared === undefined) {
      const known = declarations.filter(({ inDashboard }) => inDashboard !== null).map((it) => it.name);
      const message = `There is no setting ${shownName(name)}; in the dashboard there are ${known.join(", ")}`;
      throw new InvalidInput("unknown_setting", message, { field: shownName(name) });
    }
    const said = this.#isFixed(name) ? ` It is said by: ${this.#originOf(name)}` : "";
    if (declared.inDashboard === null) {
      const message = `${name} is said where the server is started (flags, environment or outlay.config.json), not in the dashboard.${said}`;
      throw new InvalidInput("setting_fixed", message, { field: name, status: 409 });
    }
    if (said !== "") {
      const message = `${name} cannot be changed in the dashboard as long as it is said where the server is started.${said}`;
      throw new InvalidInput("setting_fixed", message, { field: name, status: 409 });
    }
    return declared;
  }

  #isFixed(name: string): boolean {
    const origin = this.#originOf(name);
    return origin !== "default" && origin !== IN_DASHBOARD;
  }

  #originOf(name: string): string {
    return this.#resolved.origins[name as keyof Values];
  }

  async #audit(before: Values, names: string[], actor: string): Promise<void> {
    const changed = names.filter(
      (name) => !isDeepStrictEqual(valueOf(before, name), valueOf(this.#resolved.config, name)),
    );
    if (changed.length === 0) return;
    const of = (values: Values) =>
      Object.fromEntries(changed.map((name) => [name, withoutPasswords(valueOf(values, name))]));
    await this.#options.storage.appendAudit({
      atMs: this.#options.now(),
      actor,
      action: "settings_changed",
      detail: { before: of(before), after: of(this.#resolved.config) },
    });
  }
}

function valueOf(values: object, name: string): unknown {
  return (values as Record<string, unknown>)[name];
}
