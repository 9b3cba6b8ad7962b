import { useRefresh } from "../../api/use-refresh.ts";
import { changeKey, createKey } from "../../api/keys.ts";
import type { Key } from "../../api/keys.ts";
import { CheckField, FieldGroup, TextField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { OWNERS, SCOPES, expiryDay, readKeyForm, tagsOf } from "./key-words.ts";

/** Makes a key, or changes what one is for. */
export function KeyForm({
  before,
  onMade,
  onDone,
}: {
  before: Key | null;
  /** A new key and its token. */
  onMade: (made: { key: Key; token: string }) => void;
  onDone: () => void;
}) {
  const refresh = useRefresh();
  const save = async (values: Record<string, string>) => {
    const wanted = readKeyForm(values, before);
    if (Array.isArray(wanted["scopes"]) && wanted["scopes"].length === 0)
      throw new Error("Choose at least one thing that the key is for.");
    const made = before === null ? await createKey(wanted) : null;
    if (before !== null) await changeKey(before.id, wanted);
    await refresh();
    if (made === null) onDone();
    else onMade(made);
  };
  const scopes = before?.scopes ?? ["ingest"];
  const attribution = before?.attribution ?? {};
  return (
    <Form action={before === null ? "Make the key" : "Save the changes"} onSubmit={save}>
      <Field
        label="Name"
        name="name"
        required
        maxLength={128}
        autoComplete="off"
        data-autofocus
        defaultValue={before?.name}
        placeholder="shop backend"
        hint="Where it is used. Calls through the gateway carry it as their credential."
      />
      <FieldGroup legend="What it is for">
        {SCOPES.map(({ scope, label, hint }) => (
          <CheckField
            key={scope}
            label={label}
            name={`scope-${scope}`}
            hint={hint}
            defaultChecked={scopes.includes(scope)}
          />
        ))}
      </FieldGroup>
      <FieldGroup legend="Whose calls are made with it">
        <p className="-mt-2 text-[0.8125rem] text-muted">
          Fills in what a call does not say itself. The user counts against whatever a call says.
        </p>
        <div className="grid gap-3.5 sm:grid-cols-2">
          {OWNERS.map((name) => (
            <Field
              key={name}
              label={name.charAt(0).toUpperCase() + name.slice(1)}
              name={`attribution.${name}`}
              autoComplete="off"
              maxLength={256}
              defaultValue={typeof attribution[name] === "string" ? attribution[name] : ""}
            />
          ))}
        </div>
        <TextField
          label="Tags"
          name="attribution.tags"
          rows={2}
          placeholder="plan=pro"
          hint="One on each line: key=value"
          defaultValue={Object.entries(tagsOf(attribution))
            .map(([key, value]) => `${key}=${value}`)
            .join("\n")}
        />
      </FieldGroup>
      <Field
        label="Last day"
        name="expiresAt"
        type="date"
        defaultValue={before === null ? "" : expiryDay(before)}
        hint="Refused after it, in UTC. Empty: it does not expire."
      />
    </Form>
  );
}
