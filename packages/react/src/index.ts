export type {
  CostBasis,
  LiveTotals,
  OutlayCostLine,
  OutlayEvent,
  OutlaySession,
  OutlayUsage,
  SessionDetail,
  SessionsPage,
} from "./api/answers.ts";
export type { LiveStatus } from "./api/live-stream.ts";
export { EventStreamParser } from "./api/event-stream-parser.ts";
export type { StreamMessage } from "./api/event-stream-parser.ts";
export { OutlayClient } from "./api/outlay-client.ts";
export type { OutlayClientOptions, SessionOrder, SessionsQuestion } from "./api/outlay-client.ts";
export { OutlayProblem } from "./api/outlay-problem.ts";
export { CostBadge } from "./badge/cost-badge.tsx";
export type { CostBadgeProps } from "./badge/cost-badge.tsx";
export type { CostNumbers } from "./badge/cost-facts.ts";
export { costLevel } from "./badge/cost-level.ts";
export type { CostLevel, CostThresholds } from "./badge/cost-level.ts";
export { count, counted, exactCount, percent } from "./format/count.ts";
export { duration } from "./format/duration.ts";
export { UNKNOWN, exactMoney, headlineMoney, money } from "./format/money.ts";
export { callTime, exactTime, localDate } from "./format/time.ts";
export { sumOf } from "./live/live-costs.ts";
export type { CostSum } from "./live/live-costs.ts";
export { useLiveCosts } from "./live/use-live-costs.ts";
export type { LiveCosts, LiveCostsOptions } from "./live/use-live-costs.ts";
export { OutlayProvider, useOutlay } from "./outlay-provider.tsx";
export type { OutlayProviderProps } from "./outlay-provider.tsx";
export { SessionCosts } from "./sessions/session-costs.tsx";
export type { SessionCostsProps } from "./sessions/session-costs.tsx";
export type { OutlayTheme } from "./theme.ts";
