import type { IconName } from "../ui/icon.tsx";

/** One page of the dashboard, as the navigation lists it. */
export interface PageEntry {
  to: string;
  label: string;
  icon: IconName;
  /** Second key after G that leads there. */
  key: string;
}

/** Every page, declared once: the side bar, the menu of the phone and the list of keys read this. */
export const PAGE_GROUPS = [
  {
    label: "Spending",
    pages: [
      { to: "/", label: "Overview", icon: "gauge", key: "o" },
      { to: "/usage", label: "Usage", icon: "bars", key: "u" },
      { to: "/explore", label: "Explore", icon: "search", key: "e" },
      { to: "/calls", label: "Calls", icon: "list", key: "c" },
      { to: "/subscriptions", label: "Subscriptions", icon: "calendar", key: "f" },
    ],
  },
  {
    label: "Who and what",
    pages: [
      { to: "/sessions", label: "Sessions", icon: "chat", key: "s" },
      { to: "/users", label: "Users", icon: "people", key: "p" },
      { to: "/agents", label: "Agents", icon: "robot", key: "a" },
      { to: "/work-items", label: "Work items", icon: "ticket", key: "w" },
    ],
  },
  {
    label: "Understand",
    pages: [
      { to: "/analytics", label: "Analytics", icon: "chart", key: "n" },
      { to: "/insights", label: "Insights", icon: "bulb", key: "i" },
    ],
  },
  {
    label: "Control",
    pages: [
      { to: "/budgets", label: "Budgets", icon: "wallet", key: "b" },
      { to: "/limits", label: "Limits", icon: "shield", key: "l" },
      { to: "/alerts", label: "Alerts", icon: "bell", key: "t" },
      { to: "/prices", label: "Prices", icon: "tag", key: "r" },
      { to: "/reconciliation", label: "Reconciliation", icon: "scales", key: "v" },
    ],
  },
  {
    label: "More",
    pages: [
      { to: "/playground", label: "Playground", icon: "play", key: "y" },
      { to: "/settings", label: "Settings", icon: "settings", key: "x" },
    ],
  },
] as const satisfies readonly { label: string; pages: readonly PageEntry[] }[];
