import { viewParams } from "../../api/params.ts";
import { serverUrl } from "../../api/server-url.ts";
import type { View } from "../../filters/search.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";

/** The numbers of a card as a file: rows `by` a dimension or a unit of time. */
export function CsvLink({
  view,
  by,
  metrics,
  order,
  of,
}: {
  view: View;
  by: string;
  metrics: string;
  /** Of the rows, as the API takes it. */
  order?: string;
  /** What they are, for assistive technology: "cost by user". */
  of: string;
}) {
  const params = viewParams(view);
  params.set("by", by);
  params.set("metrics", metrics);
  params.set("limit", "10000");
  params.set("format", "csv");
  if (order !== undefined) params.set("order", order);
  return (
    <a
      href={serverUrl(`/api/v1/export?${params.toString()}`)}
      download
      className={smallButton}
      aria-label={`CSV of ${of}`}
      title="All rows, up to 10,000, as CSV"
    >
      <Icon name="download" />
      CSV
    </a>
  );
}
