import { changeView, saveView } from "../api/views.ts";
import type { SavedView } from "../api/views.ts";
import { useViewer } from "../api/use-viewer.ts";
import { CheckField } from "../ui/form-fields.tsx";
import { Field, Form } from "../ui/form.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { isSameAddress } from "./view-address.ts";

/** Saves what is on screen under a name. */
export function SaveViewSheet(props: {
  page: string;
  search: string;
  onSaved: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { page, search, onSaved, onClose } = props;
  return (
    <Sheet title="Save this view" onClose={onClose}>
      <Form
        action="Save the view"
        onSubmit={async (values) => {
          await saveView({ name: values["name"] ?? "", page, search, shared: values["shared"] === "on" });
          await onSaved();
          onClose();
        }}
      >
        <NameField />
        <SharedField />
      </Form>
    </Sheet>
  );
}

/** Another name, other eyes, or what is on screen instead. */
export function ChangeViewSheet(props: {
  view: SavedView;
  search: string;
  onSaved: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { view, search, onSaved, onClose } = props;
  return (
    <Sheet title={`Change “${view.name}”`} onClose={onClose}>
      <Form
        action="Save the changes"
        onSubmit={async (values) => {
          await changeView(view.id, {
            name: values["name"] ?? "",
            // Where the field is not shown, who sees it stays as it is.
            ...(values["asked"] === "shared" ? { shared: values["shared"] === "on" } : {}),
            ...(values["replace"] === "on" ? { search } : {}),
          });
          await onSaved();
          onClose();
        }}
      >
        <NameField name={view.name} />
        <SharedField isShared={view.shared} />
        {isSameAddress(view.search, search) ? null : (
          <CheckField label="Keep what is on screen now instead" name="replace" />
        )}
      </Form>
    </Sheet>
  );
}

function NameField({ name }: { name?: string }) {
  return (
    <Field
      label="Name"
      name="name"
      data-autofocus
      required
      maxLength={80}
      autoComplete="off"
      defaultValue={name ?? ""}
      hint="The period is kept as chosen: the last 7 days stay the last 7 days."
    />
  );
}

/** Where there are accounts, and one may share. */
function SharedField({ isShared = false }: { isShared?: boolean }) {
  const person = useViewer()?.person;
  if (person === null || person === undefined || (person.role === "viewer" && !isShared)) return null;
  return (
    <>
      <input type="hidden" name="asked" value="shared" />
      <CheckField
        label="Share with everybody"
        name="shared"
        defaultChecked={isShared}
        hint="Everybody with an account sees the view, each with the numbers that they may see."
      />
    </>
  );
}
