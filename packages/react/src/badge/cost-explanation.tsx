import { exactCount } from "../format/count.ts";
import { UNKNOWN, exactMoney, money } from "../format/money.ts";
import type { CostFacts, CostNote, CostPart } from "./cost-facts.ts";

/** How a cost comes together: what went in, what came out, what the cache saved, and how sure it is. */
export function CostExplanation({ facts: { costUsd, isAbout, parts, notes } }: { facts: CostFacts }) {
  const about = isAbout ? "~" : "";
  return (
    <>
      <table>
        <tbody>
          {parts.map((part) => (
            <PartRow key={part.name} part={part} about={about} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td colSpan={2}>{costUsd === null ? UNKNOWN : about + exactMoney(costUsd)}</td>
          </tr>
        </tfoot>
      </table>
      {notes.map((note) => (
        <p key={note.kind}>{inWords(note)}</p>
      ))}
    </>
  );
}

function PartRow({ part: { name, quantity, costUsd, savedUsd, isDetail }, about }: { part: CostPart; about: string }) {
  return (
    <tr className={isDetail ? "detail" : undefined}>
      <th scope="row">{name}</th>
      <td>{quantity === null ? UNKNOWN : exactCount(quantity)}</td>
      <td>
        {savedUsd !== null && savedUsd > 0 ? <span className="saved">{money(savedUsd)} saved</span> : null}
        {costUsd === null ? null : about + money(costUsd)}
        {costUsd === null && !isDetail ? UNKNOWN : null}
      </td>
    </tr>
  );
}

/** One sentence about how a cost is known. */
export function inWords(note: CostNote): string {
  switch (note.kind) {
    case "unpriced":
      return note.model === null ? "No price is known." : `No price is known for ${note.model}.`;
    case "estimated":
      return note.errorPercent === null || note.lowUsd === null || note.highUsd === null
        ? "The provider gave no token counts; they were estimated."
        : `The tokens were estimated, ± ${round(note.errorPercent)} %: between ${money(note.lowUsd)} and ${money(note.highUsd)}.`;
    case "approximate":
      return "The price is that of a model with a similar name.";
    case "reported":
      return "The total is what the provider said it charged.";
    case "partlyUnpriced":
      return `${note.calls} of the calls ${note.calls === 1 ? "has" : "have"} no price; the total leaves them out.`;
  }
}

const round = (percent: number) => Number(percent.toPrecision(2));
