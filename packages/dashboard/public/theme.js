// Applies the theme chosen in ui/theme.ts before the page is painted. Without a choice the system decides.
try {
  const theme = localStorage.getItem("outlay.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's setting is a good answer then.
}
