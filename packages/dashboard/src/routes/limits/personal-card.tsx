import { useQuery } from "@tanstack/react-query";
import { exactMoney, money } from "@outlay/react";
import { personalQuestion } from "../../api/limits.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { ProblemNote } from "../../ui/problem-note.tsx";

export const PERSONAL = [
  { key: "dailyLimit", label: "A day" },
  { key: "weeklyLimit", label: "A week" },
  { key: "monthlyLimit", label: "A month" },
  { key: "sessionLimit", label: "A session" },
] as const;

/** What each person may spend. Until they are set they are proposals, and hold nobody. */
export function PersonalCard({ mayChange, onSet }: { mayChange: boolean; onSet: () => void }) {
  const { data, error } = useQuery(personalQuestion);
  return (
    <Card
      title="For each person"
      id="personal"
      actions={
        mayChange && data !== undefined ? (
          <button type="button" onClick={onSet} className={smallButton}>
            {data.made ? "Change" : "Set"}
            <span className="sr-only"> what each person may spend</span>
          </button>
        ) : undefined
      }
    >
      <div className="flex flex-col gap-3 px-4 pt-1 pb-4 sm:px-5">
        {error === null ? null : <ProblemNote error={error} />}
        {data === undefined ? null : (
          <>
            <dl className="grid grid-cols-4 gap-3">
              {PERSONAL.map(({ key, label }) => (
                <div key={key} className="min-w-0">
                  <dt className="text-xs text-muted">{label}</dt>
                  <dd
                    className={data.made ? "font-semibold" : "text-muted"}
                    title={data[key] === null ? "no limit" : exactMoney(data[key])}
                  >
                    {data[key] === null ? "none" : money(data[key])}
                  </dd>
                </div>
              ))}
            </dl>
            <p className="text-[0.8125rem] text-muted">
              {data.made
                ? `Warned at 80%, refused at 100%. E-mails about them are ${data.emailAlerts ? "sent" : "off"}.`
                : "Not set: these are proposals, and nobody is refused."}
            </p>
          </>
        )}
      </div>
    </Card>
  );
}
