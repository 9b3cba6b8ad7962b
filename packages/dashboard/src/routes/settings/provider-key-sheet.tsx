import { useQueryClient } from "@tanstack/react-query";
import { PROVIDERS, storeProviderKey } from "../../api/providers.ts";
import { SelectField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** Stores a provider's key, or replaces it. */
export function ProviderKeySheet({
  provider,
  names = [],
  onClose,
}: {
  /** Null: one of `names`. */
  provider: string | null;
  names?: readonly string[];
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const save = async (values: Record<string, string>) => {
    const name = (values["name"] ?? "").trim();
    await storeProviderKey({
      provider: provider ?? values["provider"] ?? "",
      ...(name === "" ? {} : { name }),
      key: (values["key"] ?? "").trim(),
    });
    await queries.invalidateQueries({ queryKey: [PROVIDERS] });
    onClose();
  };
  return (
    <Sheet title={provider === null ? "Store a provider's key" : `Key for ${provider}`} onClose={onClose}>
      <Form action="Store the key" onSubmit={save}>
        {provider === null ? (
          <SelectField label="Provider" name="provider" options={names.map((value) => ({ value, label: value }))} />
        ) : null}
        <Field
          label="Key"
          name="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          data-autofocus
          hint="Encrypted before it is stored, and never shown again."
        />
        <Field label="Name" name="name" autoComplete="off" maxLength={128} hint="For people, such as: team account" />
      </Form>
    </Sheet>
  );
}
