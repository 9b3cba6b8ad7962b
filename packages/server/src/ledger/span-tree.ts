import type { StoredEvent } from "../storage/storage.ts";

/** One call in the tree of its trace. */
export interface PlacedSpan {
  event: StoredEvent;
  /** The nearest call above it; null: none is known, so it stands under the root of the trace. */
  parent: StoredEvent | null;
  /** 0 under the root. */
  depth: number;
  /** Of it and all calls below it, those whose price is known; null when none is. */
  subtreeNanoUsd: bigint | null;
}

interface Node {
  event: StoredEvent;
  parent: Node | null;
  children: Node[];
  depth: number;
  subtreeNanoUsd: bigint | null;
}

/**
 * Puts the calls of a trace in the order of a tree: each before those below it, siblings in the order of time, which is
 * the order in which they come. Sources that know say `metadata.parentSpan`, and some the spans above that in
 * `metadata.ancestors`, the nearest first: spans that used nothing are not stored, so the nearest that is stored counts.
 */
export function arrangeSpans(events: readonly StoredEvent[]): PlacedSpan[] {
  const nodes = events.map(newNode);
  const bySpan = new Map<string, Node>();
  // A span of several calls (attempts, log records of one request) is the first of them.
  for (const node of nodes) {
    const { span } = node.event;
    if (span !== undefined && !bySpan.has(span)) bySpan.set(span, node);
  }
  for (const node of nodes) {
    const parent = spansAbove(node.event)
      .map((span) => bySpan.get(span))
      .find((it) => it !== undefined && it !== node);
    if (parent === undefined || isBelow(parent, node)) continue;
    node.parent = parent;
  }
  for (const node of nodes) node.parent?.children.push(node);
  const placed = inOrder(nodes.filter(({ parent }) => parent === null));
  // Those below come behind: from the end on, each is complete when it is added to the one above.
  for (const { parent, subtreeNanoUsd } of placed.toReversed()) {
    if (parent === null || subtreeNanoUsd === null) continue;
    parent.subtreeNanoUsd = (parent.subtreeNanoUsd ?? 0n) + subtreeNanoUsd;
  }
  return placed.map(({ event, parent, depth, subtreeNanoUsd }) => ({
    event,
    parent: parent?.event ?? null,
    depth,
    subtreeNanoUsd,
  }));
}

function newNode(event: StoredEvent): Node {
  const { costNanoUsd } = event;
  const subtreeNanoUsd = costNanoUsd === null ? null : BigInt(costNanoUsd);
  return { event, parent: null, children: [], depth: 0, subtreeNanoUsd };
}

function spansAbove({ span, metadata = {} }: StoredEvent): string[] {
  const { parentSpan, ancestors } = metadata;
  const above = [parentSpan, ...(Array.isArray(ancestors) ? (ancestors as unknown[]) : [])];
  return above.filter((it) => typeof it === "string").filter((it) => it !== span);
}

/** What senders say of each other may go round in circles. */
function isBelow(node: Node, other: Node): boolean {
  for (let above: Node | null = node; above !== null; above = above.parent) if (above === other) return true;
  return false;
}

/** Without recursion: what others send may be deeper than the stack. */
function inOrder(roots: readonly Node[]): Node[] {
  const placed: Node[] = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    placed.push(node);
    for (const child of node.children.toReversed()) {
      child.depth = node.depth + 1;
      waiting.push(child);
    }
  }
  return placed;
}
