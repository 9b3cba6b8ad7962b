import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { changeSettings, settingsQuestion } from "../../api/settings.ts";
import type { Setting } from "../../api/settings.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { About } from "./about.tsx";
import { SettingForm } from "./setting-form.tsx";
import { useSettingsState } from "./settings-state.ts";
import { originInWords, valueInWords } from "./setting-words.ts";

/** Every setting with its value and the place that says it. What flags, environment and file leave open is changed here. */
export function General() {
  const queries = useQueryClient();
  const { state, open, close } = useSettingsState();
  const { data, error } = useQuery(settingsQuestion);
  const settings = data?.settings ?? [];
  const edited = settings.find(({ name }) => name === state.setting);
  const send = async (wanted: Record<string, unknown>) => {
    queries.setQueryData(settingsQuestion.queryKey, await changeSettings(wanted));
    // Another zone or another retention changes what every page shows.
    await queries.invalidateQueries();
    close();
  };
  const [changeable, fixed] = [
    settings.filter(({ editable }) => editable),
    settings.filter(({ editable }) => !editable),
  ];
  return (
    <>
      <About />
      {error === null ? null : <ProblemNote error={error} />}
      {changeable.length === 0 ? null : (
        <Card id="changeable" title="Settings">
          <SettingList settings={changeable} onEdit={(setting) => open({ setting })} />
        </Card>
      )}
      {fixed.length === 0 ? null : (
        <Card id="fixed" title="Said where the server is started">
          <p className="px-4 text-[0.8125rem] text-muted sm:px-5">
            By flags, environment variables or <code className="font-mono">outlay.config.json</code>, which go before
            what is set here. To change one, change it there and start the server again.
          </p>
          <SettingList settings={fixed} />
        </Card>
      )}
      {edited === undefined ? null : (
        <Sheet title={edited.label} onClose={close}>
          {edited.editable ? (
            <SettingForm
              setting={edited}
              onSave={(value) => send({ [edited.name]: value })}
              onReset={edited.origin === "settings" ? () => send({ reset: [edited.name] }) : undefined}
            />
          ) : (
            <FixedSetting setting={edited} />
          )}
        </Sheet>
      )}
    </>
  );
}

/** A link led to a setting that is not made here. */
function FixedSetting({ setting }: { setting: Setting }) {
  return (
    <p className="-mt-2 text-muted">
      {setting.description}. It is {valueInWords(setting)}, {originInWords(setting.origin)}, and can only be changed
      where the server is started.
    </p>
  );
}

function SettingList({ settings, onEdit }: { settings: readonly Setting[]; onEdit?: (name: string) => void }) {
  return (
    <ul className="flex flex-col divide-y divide-line px-4 pb-2 sm:px-5">
      {settings.map((setting) => (
        <SettingRow key={setting.name} setting={setting}>
          {onEdit === undefined ? null : (
            <button type="button" onClick={() => onEdit(setting.name)} className={smallButton}>
              Change<span className="sr-only"> {setting.label}</span>
            </button>
          )}
        </SettingRow>
      ))}
    </ul>
  );
}

function SettingRow({ setting, children }: { setting: Setting; children: ReactNode }) {
  const { label, description, origin, pending } = setting;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3">
      <div className="min-w-0 grow basis-72">
        <p className="font-medium">{label}</p>
        <p className="text-[0.8125rem] text-muted">{description}</p>
      </div>
      <div className="flex min-w-0 grow items-center justify-between gap-4 sm:grow-0 sm:justify-end">
        <div className="min-w-0 sm:text-right">
          <p className="max-w-72 truncate sm:ml-auto" title={valueInWords(setting)}>
            {valueInWords(setting)}
          </p>
          <p className="text-[0.8125rem] wrap-anywhere text-muted">
            {originInWords(origin)}
            {pending ? "; counts after the next start" : ""}
          </p>
        </div>
        {children}
      </div>
    </li>
  );
}
