import { useState } from "react";
import type { ReactNode } from "react";
import type { Setting } from "../../api/settings.ts";
import { Field, Form, otherButton, Problem } from "../../ui/form.tsx";
import { Select } from "../../ui/select.tsx";
import { CONSEQUENCES, valueInWords } from "./setting-words.ts";

/** Changes one setting; the server says what is wrong with a value. */
export function SettingForm({
  setting,
  onSave,
  onReset,
}: {
  setting: Setting;
  onSave: (value: unknown) => Promise<void>;
  /** Gives it its default again; absent: it has it. */
  onReset: (() => Promise<void>) | undefined;
}) {
  const [problem, setProblem] = useState<string | null>(null);
  const consequence = CONSEQUENCES[setting.name];
  const reset = async () => {
    setProblem(null);
    try {
      await onReset?.();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <p className="-mt-2 text-muted">{setting.description}.</p>
      <Form action="Save" onSubmit={({ value = "" }) => onSave(readValue(setting, value))}>
        <Input setting={setting} />
        {consequence === undefined ? null : <p className="text-[0.8125rem] text-muted">{consequence}</p>}
        {setting.needsRestart ? (
          <p className="text-[0.8125rem] text-muted">It counts when the server starts again.</p>
        ) : null}
      </Form>
      {problem === null ? null : <Problem>{problem}</Problem>}
      {onReset === undefined ? null : (
        <button type="button" onClick={() => void reset()} className={otherButton}>
          Back to the default: {valueInWords({ kind: setting.kind, value: setting.default })}
        </button>
      )}
    </>
  );
}

function Input({ setting }: { setting: Setting }): ReactNode {
  const { kind, value, optional } = setting;
  const text = value === null || value === undefined ? "" : String(value);
  switch (kind) {
    case "on-off":
      return <OnOff isOn={value === true} />;
    case "time-zone":
      return (
        <Field
          label="Time zone"
          name="value"
          data-autofocus
          defaultValue={text}
          list="zones"
          autoComplete="off"
          required
          hint={<Zones />}
        />
      );
    case "days":
    case "number":
      return (
        <Field
          label={kind === "days" ? "Days" : "Number"}
          name="value"
          data-autofocus
          inputMode="numeric"
          defaultValue={text}
          required={!optional}
          hint={optional ? "Empty: off" : undefined}
        />
      );
    case "list":
    case "table":
      return (
        <div className="flex flex-col gap-1.5">
          <label htmlFor="setting-list" className="text-[0.8125rem] font-medium">
            {kind === "list" ? "One on each line" : "As JSON"}
          </label>
          <textarea
            id="setting-list"
            name="value"
            rows={6}
            spellCheck={false}
            defaultValue={kind === "list" ? (value as string[]).join("\n") : JSON.stringify(value, null, 2)}
            className="w-full rounded-lg border border-control bg-surface p-3 font-mono text-[0.8125rem]"
          />
        </div>
      );
    default:
      return (
        <Field
          label="Value"
          name="value"
          data-autofocus
          defaultValue={text}
          required={!optional}
          hint={optional ? "Empty: none" : undefined}
        />
      );
  }
}

function OnOff({ isOn }: { isOn: boolean }) {
  const [value, setValue] = useState<"on" | "off">(isOn ? "on" : "off");
  return (
    <>
      <Select
        label="Value"
        options={[
          { value: "on", label: "On" },
          { value: "off", label: "Off" },
        ]}
        value={value}
        onChange={setValue}
      />
      <input type="hidden" name="value" value={value} />
    </>
  );
}

function Zones() {
  return (
    <>
      A name such as Europe/Berlin. Days and months start there.
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone}>
            {zone}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** What was typed as the server wants it; what is no number goes there as it is, to be refused with its name. */
function readValue({ kind, optional }: Setting, text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === "" && optional) return null;
  switch (kind) {
    case "on-off":
      return trimmed === "on";
    case "days":
    case "number":
      return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
    case "list":
      return trimmed.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
    case "table":
      return readJson(trimmed);
    default:
      return trimmed;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
