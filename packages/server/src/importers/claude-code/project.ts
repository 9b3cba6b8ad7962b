/**
 * The name of the folder that Claude Code was started in. `cwd` moves with the shell; the name of the log's folder is the
 * path of the start with `-` for everything else than letters and digits, so it says how far up the start lies:
 *
 *   /home/dev/app/src in -home-dev-app → app
 */
export function projectOf(cwd: string | null, logFolder: string | null): string | null {
  if (cwd === null) return logFolder;
  const parts = cwd.split(/[\\/]/);
  for (let length = parts.length; length > 0; length--) {
    const path = parts.slice(0, length).join("/");
    if (path.replaceAll(/[^A-Za-z0-9]/g, "-") === logFolder) return parts[length - 1] || logFolder;
  }
  return parts.findLast((part) => part !== "") ?? logFolder;
}
