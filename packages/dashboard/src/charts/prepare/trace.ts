export interface SpanInput {
  id: string;
  parentId: string | null;
  name: string;
  startMs: number;
  /** Null: not known, or it still runs. */
  durationMs: number | null;
  /** Its own; null: it has none, or no price is known. */
  costUsd: number | null;
  failed?: boolean | undefined;
  /** A word behind the name: the model, a tool. */
  note?: string | undefined;
}

export interface TraceRow {
  span: SpanInput;
  depth: number;
  /** From the start of the trace. */
  offsetMs: number;
  /** With all that happened below it; null: nothing of it has a cost. */
  withinUsd: number | null;
  hasChildren: boolean;
}

export interface PreparedTrace {
  /** Parents before their children, those by time. */
  rows: TraceRow[];
  durationMs: number;
  totalUsd: number | null;
}

/** Turns spans in any order into a tree written as a list. Spans whose parent is missing, or that go round in a circle, stand at the top. */
export function prepareTrace({ spans }: { spans: readonly SpanInput[] }): PreparedTrace {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const children = new Map<string | null, SpanInput[]>();
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const parent = span.parentId !== null && byId.has(span.parentId) ? span.parentId : null;
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.startMs + (span.durationMs ?? 0)));
  const rows: TraceRow[] = [];
  const seen = new Set<string>();
  const visit = (span: SpanInput, depth: number): number | null => {
    seen.add(span.id);
    const below = (children.get(span.id) ?? []).filter(({ id }) => !seen.has(id));
    const row: TraceRow = {
      span,
      depth,
      offsetMs: span.startMs - startMs,
      withinUsd: null,
      hasChildren: below.length > 0,
    };
    rows.push(row);
    row.withinUsd = below.reduce((sum, child) => plus(sum, visit(child, depth + 1)), span.costUsd);
    return row.withinUsd;
  };
  let totalUsd: number | null = null;
  for (const span of children.get(null) ?? []) totalUsd = plus(totalUsd, visit(span, 0));
  // What is left hangs in circles.
  for (const span of spans) if (!seen.has(span.id)) totalUsd = plus(totalUsd, visit(span, 0));
  return { rows, durationMs: spans.length === 0 ? 0 : endMs - startMs, totalUsd };
}

const plus = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : a + b);
