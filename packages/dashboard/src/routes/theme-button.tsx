import { Icon } from "../ui/icon.tsx";
import type { IconName } from "../ui/icon.tsx";
import { iconButton } from "../ui/sheet.tsx";
import { THEMES, useTheme } from "../ui/theme.ts";
import type { Theme } from "../ui/theme.ts";

/** Walks through system, light and dark. */
export function ThemeButton() {
  const [theme, choose] = useTheme();
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
  const label = `Theme: ${theme}. Change to ${next}`;
  return (
    <button type="button" title={label} onClick={() => choose(next)} className={iconButton}>
      <Icon name={ICONS[theme]} />
      <span className="sr-only">{label}</span>
    </button>
  );
}

const ICONS: Record<Theme, IconName> = { system: "screen", light: "sun", dark: "moon" };
