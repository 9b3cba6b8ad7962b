import { useQuery } from "@tanstack/react-query";
import { addSilence, allAlertsQuestion, rulesQuestion } from "../../api/alerts.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { SelectField } from "../../ui/form-fields.tsx";
import { Field, Form } from "../../ui/form.tsx";
import { Sheet } from "../../ui/sheet.tsx";

/** Tells nobody for a time: of one alert's subject, of a rule, or of anything. */
export function SilenceSheet({ alertId, onClose }: { alertId: string | null; onClose: () => void }) {
  const refresh = useRefresh();
  const rules = useQuery(rulesQuestion).data?.rules ?? [];
  const alert = useQuery(allAlertsQuestion).data?.alerts.find(({ id }) => id === alertId);
  return (
    <Sheet title={alertId === null ? "New silence" : "Silence this alert"} onClose={onClose}>
      {alert === undefined ? null : <p className="text-muted">{alert.title}</p>}
      <Form
        action="Silence"
        onSubmit={async ({ what, hours, reason = "" }) => {
          const until = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
          await addSilence(
            alertId === null || what === "rule"
              ? { rule: alertId === null ? (what === "" ? null : what) : alert?.rule.id, until, reason }
              : { alert: alertId, until, reason },
          );
          await refresh();
          onClose();
        }}
      >
        {alertId === null ? (
          <SelectField
            label="What nobody is told of"
            name="what"
            options={[{ value: "", label: "Everything" }, ...rules.map(({ id, name }) => ({ value: id, label: name }))]}
          />
        ) : (
          <SelectField
            label="What nobody is told of"
            name="what"
            options={[
              { value: "alert", label: "This, and nothing else of its rule" },
              { value: "rule", label: "Everything of its rule" },
            ]}
          />
        )}
        <SelectField
          label="For how long"
          name="hours"
          defaultValue="8"
          options={[
            { value: "1", label: "An hour" },
            { value: "8", label: "8 hours" },
            { value: "24", label: "A day" },
            { value: "168", label: "A week" },
            { value: "720", label: "30 days" },
          ]}
        />
        <Field label="Reason" name="reason" maxLength={200} autoComplete="off" hint="For others who wonder." />
      </Form>
    </Sheet>
  );
}

const HOUR_MS = 3_600_000;
