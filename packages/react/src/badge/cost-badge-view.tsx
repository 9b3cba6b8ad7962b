import { useId, useRef } from "react";
import type { ReactNode, RefObject } from "react";
import { exactMoney, money } from "../format/money.ts";
import type { OutlayTheme } from "../theme.ts";
import { CostExplanation, inWords } from "./cost-explanation.tsx";
import type { CostFacts } from "./cost-facts.ts";
import { costLevel } from "./cost-level.ts";
import type { CostLevel, CostThresholds } from "./cost-level.ts";
import { Tooltip } from "./tooltip.tsx";
import { useTooltip } from "./use-tooltip.ts";

/** What is known of the cost. */
export type BadgeState =
  | { kind: "loading" }
  | { kind: "failed"; message: string; retry?: () => void }
  | { kind: "known"; facts: CostFacts };

export interface BadgeViewProps {
  state: BadgeState;
  thresholds: CostThresholds;
  /** What the amount is of, for those who only hear it. */
  label: string;
  theme: OutlayTheme;
  /** A text without an explanation and without a stop for the keyboard. */
  plain: boolean;
  /** The explanation is shown for the first time. */
  onExplain?: (() => void) | undefined;
}

/** The badge and its explanation, drawn from what is known. Stands inside a shadow root. */
export function CostBadgeView({ state, thresholds, label, theme, plain, onExplain }: BadgeViewProps) {
  const id = useId();
  const root = useRef<HTMLSpanElement>(null);
  const tooltip = useTooltip(root, onExplain);
  const look = lookOf(state, thresholds);
  const marks = { className: "badge", "data-level": look.level, "data-about": look.isAbout ? "" : undefined };
  if (plain) {
    return (
      <span className="root badge-root" data-theme={theme}>
        <span {...marks} title={titleOf(state)}>
          <span className="unseen">{label}: </span>
          {look.shown}
          <span className="unseen">, {look.words}</span>
        </span>
      </span>
    );
  }
  return (
    <span ref={root} className="root badge-root" data-theme={theme} {...tooltip.rootEvents}>
      <button
        type="button"
        {...marks}
        aria-label={[`${label}: ${look.text}`, look.words].filter(Boolean).join(", ")}
        aria-describedby={tooltip.isOpen ? id : undefined}
        aria-busy={state.kind === "loading" || undefined}
        {...tooltip.buttonEvents}
        onClick={() => {
          if (state.kind === "failed" && state.retry !== undefined) state.retry();
          else tooltip.toggle();
        }}
      >
        {look.shown}
      </button>
      {tooltip.isOpen ? (
        <Tooltip id={id} anchor={root as RefObject<HTMLElement | null>}>
          <Explanation state={state} />
        </Tooltip>
      ) : null}
    </span>
  );
}

/** The explanation of a plain badge, as far as a title can hold it. */
function titleOf(state: BadgeState): string | undefined {
  if (state.kind !== "known") return undefined;
  const { costUsd, notes } = state.facts;
  return [costUsd === null ? "" : exactMoney(costUsd), ...notes.map(inWords)].filter(Boolean).join(". ");
}

function Explanation({ state }: { state: BadgeState }) {
  switch (state.kind) {
    case "known":
      return <CostExplanation facts={state.facts} />;
    case "loading":
      return <p>The cost of this call is being asked for.</p>;
    case "failed":
      return (
        <>
          <p>The cost is not available. {state.message}</p>
          {state.retry === undefined ? null : <p>Press to ask again.</p>}
        </>
      );
  }
}

interface Look {
  level: CostLevel | "unpriced" | "loading" | "failed";
  shown: ReactNode;
  /** The text of what is shown. */
  text: string;
  /** The same as the colour and the marks say. */
  words: string;
  isAbout: boolean;
}

function lookOf(state: BadgeState, thresholds: CostThresholds): Look {
  if (state.kind === "loading") return { ...LOADING, isAbout: false };
  if (state.kind === "failed") {
    return { level: "failed", shown: "cost ?", text: "cost ?", words: "not available", isAbout: false };
  }
  const { costUsd, isAbout, notes } = state.facts;
  if (costUsd === null) {
    return { level: "unpriced", shown: "unpriced", text: "unpriced", words: "no price is known", isAbout: false };
  }
  const level = costLevel(costUsd, thresholds);
  const isPart = notes.some(({ kind }) => kind === "partlyUnpriced");
  const text = `${isAbout ? "~" : ""}${money(costUsd)}${isPart ? "+" : ""}`;
  const shown = (
    <>
      <LevelMark level={level} />
      {text}
    </>
  );
  const isEstimate = notes.some(({ kind }) => kind === "estimated");
  const words = [
    isEstimate ? "estimated" : isAbout ? "about" : "",
    isPart ? "some calls have no price" : "",
    LEVEL_WORDS[level],
  ];
  return { level, shown, text, words: words.filter(Boolean).join(", "), isAbout };
}

const LOADING = {
  level: "loading" as const,
  shown: (
    <span className="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  ),
  text: "loading",
  words: "",
};

/** One, two or three bars: the level for those who do not see its colour. */
function LevelMark({ level }: { level: CostLevel }) {
  const bars = BARS[level];
  return (
    <svg className="level" viewBox="0 0 10 10" aria-hidden="true">
      <rect x="0" y="6" width="2.6" height="4" rx="0.8" />
      <rect x="3.7" y="3" width="2.6" height="7" rx="0.8" className={bars > 1 ? "" : "off"} />
      <rect x="7.4" y="0" width="2.6" height="10" rx="0.8" className={bars > 2 ? "" : "off"} />
    </svg>
  );
}

const BARS: Record<CostLevel, number> = { low: 1, middle: 2, high: 3 };
const LEVEL_WORDS: Record<CostLevel, string> = { low: "low", middle: "medium", high: "high" };
