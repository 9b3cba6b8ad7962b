import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { priceListQuestion } from "../../api/prices.ts";
import { smallButton } from "../../ui/form.tsx";
import { Icon } from "../../ui/icon.tsx";

/** As the API takes them at most. */
const MAX_MODELS = 20;

/** Which models to compare with, `provider/model`: chips, and a field that searches the price list. */
export function ModelChoice({
  models,
  areChosenByServer,
  onChange,
}: {
  models: readonly string[];
  areChosenByServer: boolean;
  /** Empty: the server chooses. */
  onChange: (models: string[]) => void;
}) {
  const [text, setText] = useState("");
  const list = useId();
  const search = text.includes("/") ? text.slice(text.indexOf("/") + 1) : text;
  const { data } = useInfiniteQuery({
    ...priceListQuestion({ search: search.trim(), provider: "" }),
    enabled: search.trim() !== "",
  });
  const known = [...new Set(data?.pages[0]?.prices.map(({ provider, model }) => `${provider}/${model}`) ?? [])];
  const wanted = known.find((name) => name === text.trim()) ?? (known.length === 1 ? known[0] : undefined);
  const isFull = models.length >= MAX_MODELS;
  const add = () => {
    if (wanted === undefined) return;
    if (!models.includes(wanted)) onChange([...models, wanted]);
    setText("");
  };
  return (
    <div className="flex flex-col gap-2.5">
      <ul className="flex flex-wrap gap-1.5" aria-label="Models to compare with">
        {models.map((name) => (
          <li
            key={name}
            className="inline-flex max-w-full items-center rounded-lg border border-line bg-raised pl-2.5 text-[0.8125rem]"
          >
            <span className="truncate" title={name}>
              {name}
            </span>
            <button
              type="button"
              title={`Remove ${name}`}
              onClick={() => onChange(models.filter((other) => other !== name))}
              className="inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-muted hover:text-ink"
            >
              <Icon name="close" className="size-3.5" />
              <span className="sr-only">Remove {name}</span>
            </button>
          </li>
        ))}
      </ul>
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <label className="relative inline-flex min-w-0 grow basis-56 sm:max-w-80">
          <span className="sr-only">Add a model of the price list</span>
          <Icon name="search" className="pointer-events-none absolute top-2.5 left-2.5 text-muted" />
          <input
            type="search"
            list={list}
            value={text}
            maxLength={200}
            placeholder={isFull ? `${MAX_MODELS} models at most` : "Add a model of the price list"}
            disabled={isFull}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            className="h-9 w-full min-w-0 rounded-lg border border-line bg-surface pr-2 pl-8 text-[0.8125rem] hover:border-control"
          />
        </label>
        <datalist id={list}>
          {known.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </datalist>
        <button type="submit" className={smallButton} disabled={wanted === undefined || isFull}>
          <Icon name="plus" />
          Add
        </button>
        {areChosenByServer ? (
          <p className="text-[0.8125rem] text-muted">Chosen for you: of the same kind, and near in price.</p>
        ) : (
          <button type="button" onClick={() => onChange([])} className={smallButton}>
            Back to the suggested ones
          </button>
        )}
      </form>
    </div>
  );
}
