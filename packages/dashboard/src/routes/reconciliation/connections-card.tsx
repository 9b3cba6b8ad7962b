import { counted } from "@outlay/react";
import { runConnection } from "../../api/reconciliation.ts";
import type { Connection } from "../../api/reconciliation.ts";
import { addDays } from "../../filters/dates.ts";
import { dateInWords } from "../../format/time.ts";
import { Card } from "../../ui/card.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import type { Column } from "../../ui/data-table.tsx";
import { Problem } from "../../ui/form.tsx";
import { useDeed } from "../../ui/use-deed.ts";
import { When } from "../../ui/when.tsx";
import { useAskedAnew } from "./use-asked-anew.ts";

/** Whom the server asks, and how far each has told. */
export function ConnectionsCard({ connections }: { connections: readonly Connection[] }) {
  const { problem, isBusy, act } = useDeed();
  const askAnew = useAskedAnew();
  const run = (id: string) =>
    act(async () => {
      await runConnection(id);
      await askAnew();
    });
  return (
    <Card id="connections" title="Who is asked">
      {problem === null ? null : (
        <div className="px-4 sm:px-5">
          <Problem>{problem}</Problem>
        </div>
      )}
      <DataTable
        caption="Providers that are asked, and files that are read"
        columns={[...COLUMNS, askColumn({ isBusy, onAsk: run })]}
        rows={connections}
        rowKey={({ id }) => id}
      />
      <p className="px-4 pb-4 text-[0.8125rem] text-muted sm:px-5">
        Added, changed and removed with <code className="font-mono">outlay sync</code>. Each run fetches the last three
        days again, as providers still count calls then.
      </p>
    </Card>
  );
}

function askColumn({ isBusy, onAsk }: { isBusy: boolean; onAsk: (id: string) => void }): Column<Connection> {
  return {
    key: "ask",
    label: "Ask",
    align: "right",
    cell: ({ id, name, fromFiles, running, readable }) =>
      fromFiles || !readable ? (
        <span className="text-muted">{fromFiles ? "from files" : "—"}</span>
      ) : (
        <button
          type="button"
          disabled={isBusy || running}
          onClick={() => onAsk(id)}
          className="min-h-6 font-medium text-accent underline underline-offset-4 disabled:text-muted disabled:no-underline"
        >
          {running ? "being asked" : "Ask now"}
          <span className="sr-only"> {name}</span>
        </button>
      ),
  };
}

/** The last day until which every series has come; null: nothing was fetched. */
function toldUntil({ series }: Connection): string | null {
  const ends = series.map(({ coveredTo }) => coveredTo);
  if (ends.length === 0 || ends.includes(null)) return null;
  return addDays(ends.filter((end) => end !== null).toSorted()[0]!, -1);
}

function stateOf({ enabled, problem, failures, readable }: Connection): string {
  if (!readable) return "its key cannot be read";
  if (problem !== null) return `failed ${counted(failures, "time")}`;
  return enabled ? "in order" : "not asked by itself";
}

const COLUMNS: readonly Column<Connection>[] = [
  {
    key: "name",
    label: "Name",
    width: "w-[34%]",
    cell: ({ name }) => name,
    title: ({ name, title }) => `${name}, ${title}`,
  },
  {
    key: "until",
    label: "Told until",
    cell: (connection) => {
      const day = toldUntil(connection);
      return day === null ? <span className="text-muted">nothing yet</span> : dateInWords(day, "short");
    },
    title: ({ series }) => series.flatMap(({ note }) => (note === null ? [] : [note])).join("; ") || undefined,
  },
  { key: "good", label: "Last good run", from: "lg", cell: ({ goodAt }) => <When at={goodAt} /> },
  {
    key: "state",
    label: "State",
    from: "sm",
    cell: (one) => (
      <span className={one.problem === null && one.readable ? "text-muted" : "font-medium text-middle"}>
        {stateOf(one)}
      </span>
    ),
    title: ({ problem }) => problem?.message,
  },
];
