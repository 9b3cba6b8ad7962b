/** `page`: as the page's own `color-scheme` says. */
export type OutlayTheme = "page" | "light" | "dark";
