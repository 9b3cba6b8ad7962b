import { useState } from "react";
import type { ValueFormat } from "../../format/metric.ts";
import { seriesId, seriesName } from "../prepare/series-name.ts";
import type { PreparedShares, Share } from "../prepare/shares.ts";
import { NothingToDraw } from "./chart-figure.tsx";

/** Parts of a whole: one bar, and beneath it a table that is its legend. Draws what `prepareShares` decided. */
export function ShareBar({
  prepared,
  colour,
  format,
  title,
  partColumn,
  valueColumn,
  selected = null,
  onSelect,
  nameOf = seriesName,
}: {
  prepared: PreparedShares;
  colour: (part: Share) => string;
  format: ValueFormat;
  /** What is shared out: "Cost by type". */
  title: string;
  partColumn: string;
  valueColumn: string;
  /** Name of the part that the page is narrowed to. */
  selected?: string | null;
  onSelect?: ((part: Share) => void) | undefined;
  /** The part in words, where its name is a key. */
  nameOf?: (part: Share) => string;
}) {
  const [pointed, setPointed] = useState<string | null>(null);
  const { parts, total } = prepared;
  if (parts.length === 0) return <NothingToDraw />;
  const drawn = parts.filter(({ share }) => share !== null && share > 0);
  const pointing = (part: Share) => ({
    onPointerEnter: () => setPointed(seriesId(part)),
    onPointerLeave: () => setPointed(null),
  });
  const select = (part: Share) => (onSelect === undefined || part.kind === "other" ? undefined : () => onSelect(part));
  return (
    <figure className="flex min-w-0 flex-col gap-3">
      <div aria-hidden="true" className="flex h-5 gap-px overflow-hidden rounded-md bg-raised">
        {drawn.map((part) => (
          <div
            key={seriesId(part)}
            className={`min-w-0.5 ${select(part) === undefined ? "" : "cursor-pointer"}`}
            style={{
              flex: `${part.share} 1 0`,
              background: colour(part),
              opacity: pointed === null || pointed === seriesId(part) ? 1 : 0.35,
            }}
            title={`${nameOf(part)}: ${format.exact(part.value)}, ${part.percent}`}
            {...pointing(part)}
            // The same is a button in the table.
            onPointerUp={select(part)}
          />
        ))}
      </div>
      <table className="-mx-2 w-[calc(100%+1rem)] table-fixed border-separate border-spacing-0 text-[0.8125rem]">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr className="text-left text-xs text-muted">
            <th scope="col" className="pb-1 pl-2 font-normal">
              {partColumn}
            </th>
            <th scope="col" className="w-24 pb-1 text-right font-normal">
              {valueColumn}
            </th>
            <th scope="col" className="w-18 pr-2 pb-1 text-right font-normal">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={seriesId(part)} className={pointed === seriesId(part) ? "bg-raised" : ""} {...pointing(part)}>
              <th scope="row" className="rounded-l-md p-0 text-left font-normal">
                <PartName
                  part={part}
                  name={nameOf(part)}
                  colour={part.share === null ? null : colour(part)}
                  isSelected={selected !== null && selected === part.name}
                  onSelect={select(part)}
                  onFocus={(on) => setPointed(on ? seriesId(part) : null)}
                />
              </th>
              <td className="text-right font-medium whitespace-nowrap" title={format.exact(part.value)}>
                {format.short(part.value)}
              </td>
              <td className="rounded-r-md pr-2 text-right whitespace-nowrap text-muted">{part.percent}</td>
            </tr>
          ))}
        </tbody>
        {parts.length > 1 ? (
          <tfoot>
            <tr>
              <th scope="row" className="border-t border-line py-1.5 pl-2 text-left font-normal text-muted">
                Total
              </th>
              <td className="border-t border-line text-right font-medium whitespace-nowrap" title={format.exact(total)}>
                {format.short(total)}
              </td>
              <td className="border-t border-line pr-2 text-right text-muted">
                {parts.every(({ share }) => share !== null) && total ? "100%" : ""}
              </td>
            </tr>
          </tfoot>
        ) : null}
      </table>
    </figure>
  );
}

function PartName({
  part,
  name,
  colour,
  isSelected,
  onSelect,
  onFocus,
}: {
  part: Share;
  name: string;
  /** Null: it is not on the bar. */
  colour: string | null;
  isSelected: boolean;
  onSelect: (() => void) | undefined;
  onFocus: (on: boolean) => void;
}) {
  const content = (
    <>
      <span
        aria-hidden="true"
        className={`size-2.5 shrink-0 rounded-sm ${colour === null ? "border border-control" : ""}`}
        style={{ background: colour ?? undefined }}
      />
      <span className="truncate">{name}</span>
      {part.value !== null && part.value < 0 ? <span className="shrink-0 text-muted">(credit)</span> : null}
    </>
  );
  const shape = "flex h-8 w-full min-w-0 items-center gap-2 rounded-md px-2 text-left";
  if (onSelect === undefined) {
    return (
      <span className={shape} title={name}>
        {content}
      </span>
    );
  }
  return (
    <button
      type="button"
      title={isSelected ? `Remove the filter ${name}` : `Show only ${name}`}
      aria-pressed={isSelected}
      onClick={onSelect}
      onFocus={() => onFocus(true)}
      onBlur={() => onFocus(false)}
      className={`${shape} decoration-control underline-offset-4 hover:underline ${isSelected ? "font-semibold" : ""}`}
    >
      {content}
    </button>
  );
}
