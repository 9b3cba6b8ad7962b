import { textIn, usePageState } from "../filters/use-page-state.ts";

/** The call whose sheet is open, on whatever page: `?call=<id>`. The shell shows the sheet. */
export function useOpenCall(): { id: string | undefined; open: (id: string) => void; close: () => void } {
  const { state, change } = usePageState(readOpenCall);
  return { id: state.call, open: (id) => change(() => ({ call: id })), close: () => change(() => ({})) };
}

function readOpenCall(raw: Record<string, unknown>): { call?: string } {
  const call = textIn(raw, "call");
  return call === undefined ? {} : { call };
}
