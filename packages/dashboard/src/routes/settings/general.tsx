import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeSettings, settingsQuestion } from "../../api/settings.ts";
import type { Setting } from "../../api/settings.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { SettingForm } from "./setting-form.tsx";
import { originInWords, valueInWords } from "./setting-words.ts";

/** Every setting with its value and the place that says it. What flags, environment and file leave open is changed here. */
export function General() {
  const queries = useQueryClient();
  const { data, error } = useQuery(settingsQuestion);
  const [name, setName] = useState<string | null>(null);
  const settings = data?.settings ?? [];
  const edited = settings.find((setting) => setting.name === name);
  const send = async (wanted: Record<string, unknown>) => {
    queries.setQueryData(settingsQuestion.queryKey, await changeSettings(wanted));
    // Another zone or another retention changes what every page shows.
    await queries.invalidateQueries();
    setName(null);
  };
  const [open, fixed] = [settings.filter(({ editable }) => editable), settings.filter(({ editable }) => !editable)];
  return (
    <>
      {error === null ? null : <ProblemNote error={error} />}
      <Card id="changeable" title="Settings">
        <SettingList settings={open} onEdit={setName} />
      </Card>
      {fixed.length === 0 ? null : (
        <Card id="fixed" title="Said where the server is started">
          <SettingList settings={fixed} />
        </Card>
      )}
      {edited === undefined ? null : (
        <Sheet title={edited.label} onClose={() => setName(null)}>
          <SettingForm
            setting={edited}
            onSave={(value) => send({ [edited.name]: value })}
            onReset={edited.origin === "settings" ? () => send({ reset: [edited.name] }) : undefined}
          />
        </Sheet>
      )}
    </>
  );
}

function SettingList({ settings, onEdit }: { settings: readonly Setting[]; onEdit?: (name: string) => void }) {
  return (
    <ul className="flex flex-col divide-y divide-line px-4 pb-2 sm:px-5">
      {settings.map((setting) => (
        <li key={setting.name} className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
          <div className="min-w-0 grow basis-72">
            <p className="font-medium">{setting.label}</p>
            <p className="text-[0.8125rem] text-muted">{setting.description}</p>
          </div>
          <div className="flex min-w-0 items-center gap-4">
            <div className="min-w-0 text-right">
              <p className="max-w-72 truncate" title={valueInWords(setting)}>
                {valueInWords(setting)}
              </p>
              <p className="text-[0.8125rem] text-muted">
                {originInWords(setting.origin)}
                {setting.pending ? "; counts after the next start" : ""}
              </p>
            </div>
            {onEdit === undefined ? null : (
              <button type="button" onClick={() => onEdit(setting.name)} className={smallButton}>
                Change<span className="sr-only"> {setting.label}</span>
              </button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
