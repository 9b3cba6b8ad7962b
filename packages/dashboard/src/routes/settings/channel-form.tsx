import { useState } from "react";
import { CHANNEL_KINDS, changeChannel, createChannel } from "../../api/channels.ts";
import type { Channel, ChannelKind } from "../../api/channels.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { CheckField, SelectField, TextField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { KIND_FIELDS, KIND_LABELS, readChannelForm, textOfSetting } from "./channel-fields.ts";
import type { ChannelField } from "./channel-fields.ts";

/** Makes a channel, or changes one. Its kind stays. */
export function ChannelForm({
  before,
  onDone,
}: {
  before: Channel | null;
  /** `secret`: made to sign with, told only now. */
  onDone: (outcome: { channel: Channel; secret: string | null }) => void;
}) {
  const refresh = useRefresh();
  const [kind, setKind] = useState<ChannelKind>(before?.kind ?? "slack");
  const save = async (values: Record<string, string>) => {
    const wanted = readChannelForm(kind, values, before);
    const { channel, secret = null }: { channel: Channel; secret?: string | null } =
      before === null ? await createChannel(wanted) : await changeChannel(before.id, wanted);
    await refresh();
    onDone({ channel, secret });
  };
  return (
    <Form action={before === null ? "Add the channel" : "Save the changes"} onSubmit={save}>
      {before === null ? (
        <SelectField
          label="Kind"
          name="kind"
          options={CHANNEL_KINDS.map((value) => ({ value, label: KIND_LABELS[value] }))}
          value={kind}
          onChange={setKind}
        />
      ) : null}
      <Field
        label="Name"
        name="name"
        required
        maxLength={80}
        autoComplete="off"
        defaultValue={before?.name}
        placeholder="ops room"
      />
      <div key={kind} className="flex flex-col gap-4">
        {KIND_FIELDS[kind].map((field) => (
          <SettingField key={field.name} field={field} before={before} />
        ))}
      </div>
      <Field
        label="At most so many messages a minute"
        name="maxPerMinute"
        inputMode="numeric"
        autoComplete="off"
        defaultValue={before === null ? "" : String(before.maxPerMinute)}
        placeholder={kind === "webhook" ? "60" : "5"}
        hint="More than that wait, and go out together."
      />
      <CheckField
        label="On"
        name="enabled"
        defaultChecked={before?.enabled ?? true}
        hint="Off: nothing is sent there."
      />
    </Form>
  );
}

function SettingField({ field, before }: { field: ChannelField; before: Channel | null }) {
  const { label, kind, options, optional, placeholder, secret } = field;
  const name = `settings.${field.name}`;
  const text = textOfSetting(field, before);
  const ending = before?.lastFour[field.name];
  const isKept = secret === true && before !== null && ending !== undefined;
  const hint = isKept ? `Empty: stays as it is${ending === "" ? "" : `, ending with ${ending}`}.` : field.hint;
  if (kind === "choice") {
    return (
      <SelectField label={label} name={name} options={options ?? []} defaultValue={text || options?.[0]?.value || ""} />
    );
  }
  if (kind === "list") {
    return (
      <TextField
        label={label}
        name={name}
        rows={2}
        required
        defaultValue={text}
        {...(hint === undefined ? {} : { hint })}
        {...(placeholder === undefined ? {} : { placeholder })}
      />
    );
  }
  return (
    <Field
      label={label}
      name={name}
      hint={hint}
      placeholder={placeholder}
      required={optional !== true && !isKept}
      defaultValue={text}
      autoComplete="off"
      spellCheck={false}
      {...(kind === "number" ? { inputMode: "numeric" as const } : {})}
      {...(field.name === "password" || field.name === "apiKey" ? { type: "password" } : {})}
    />
  );
}
