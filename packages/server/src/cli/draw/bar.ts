const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A horizontal bar of `share` (0 to 1) of `columns`, to an eighth of a column. Anything above 0 is visible. */
export function drawBar(share: number, columns: number): string {
  if (!(share > 0)) return "";
  const length = Math.max(1, Math.round(Math.min(1, share) * columns * 8));
  return "█".repeat(Math.floor(length / 8)) + eighths[length % 8];
}
