import { Link } from "@tanstack/react-router";
import { validateSearch } from "../../filters/search.ts";
import { Card } from "../../ui/card.tsx";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";
import type { Attention } from "./attention.ts";

/** What a person should look into, or that there is nothing. */
export function NeedsAttention({
  attention,
  onDays,
}: {
  attention: readonly Attention[];
  /** Shows the days of a provider. */
  onDays: (provider: string) => void;
}) {
  return (
    <Card id="attention" title="Needs attention">
      {attention.length === 0 ? (
        <p className="flex items-center gap-2 px-4 pb-4 text-muted sm:px-5">
          <Icon name="check" className="text-low" />
          Nothing: what differs is within the tolerance, or as it should be.
        </p>
      ) : (
        <ul className="flex flex-col gap-3 px-4 pb-4 sm:px-5">
          {attention.map(({ key, subject, sentence, to }) => (
            <li key={key} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
              <span className="flex min-w-0 grow basis-60 gap-2">
                <Icon name="warning" className="mt-0.5 text-middle" />
                <span className="min-w-0 wrap-anywhere">
                  <span className="font-medium">{subject}</span> <span className="text-muted">{sentence}</span>
                </span>
              </span>
              {to === "prices" ? (
                <Link to="/prices" search={validateSearch} className={smallButton}>
                  <Icon name="tag" />
                  Prices
                </Link>
              ) : null}
              {to === "provider" ? (
                <button type="button" onClick={() => onDays(subject)} className={smallButton}>
                  <Icon name="search" />
                  Where it differs
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
