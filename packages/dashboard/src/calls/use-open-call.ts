import { textIn, usePageState } from "../filters/use-page-state.ts";

/** The call whose sheet is open, on whatever page: `?call=<id>`. The shell shows the sheet. */
export function useOpenCall(): {
  id: string | undefined;
  /** `replace`: going from call to call is one step for "back". */
  open: (id: string, how?: { replace: boolean }) => void;
  close: () => void;
} {
  const { state, change } = usePageState(readOpenCall);
  return {
    id: state.call,
    open: (id, how) => change(() => ({ call: id }), how),
    close: () => change(() => ({})),
  };
}

function readOpenCall(raw: Record<string, unknown>): { call?: string } {
  const call = textIn(raw, "call");
  return call === undefined ? {} : { call };
}
