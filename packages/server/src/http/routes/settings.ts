import { z } from "zod";
import type { ListedSetting } from "../../settings/settings.ts";
import { actorOf } from "../authorize.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const tag = "System";
const path = "/api/v1/settings";
const KINDS = ["text", "number", "days", "on-off", "time-zone", "address", "list", "table"] as const;

const settingAnswer = z
  .strictObject({
    name: z.string(),
    label: z.string(),
    description: z.string(),
    kind: z.enum(KINDS),
    value: z.unknown().meta({ description: "Without names and passwords in addresses" }),
    default: z.unknown(),
    optional: z.boolean().meta({ description: "null is a value: off, or none" }),
    origin: z.string().meta({
      description:
        "Which place says it: flag --port, environment OUTLAY_PORT, file <path>, settings (made here), default",
    }),
    editable: z.boolean().meta({ description: "False: it is said where the server is started" }),
    needsRestart: z.boolean().meta({ description: "A change counts when the server starts again" }),
    pending: z.boolean().meta({ description: "The server still runs with the value before, until it starts again" }),
  })
  .meta({ id: "Setting" });
const settingsAnswer = z.strictObject({ settings: z.array(settingAnswer) });

/** What the dashboard shows and changes of the settings. */
export interface SettingsDesk {
  list(): ListedSetting[];
  change(wanted: unknown, actor: string): Promise<ListedSetting[]>;
}

/** How this server runs, and where each of it is said. */
export function addSettingsRoutes(app: App, settings: SettingsDesk): void {
  addRoute(
    app,
    {
      method: "get",
      path,
      access: "admin",
      tag,
      summary: "All settings, with the place that says each",
      answer: settingsAnswer,
    },
    async () => ({ settings: settings.list().map(listedSetting) }),
  );
  addRoute(
    app,
    {
      method: "patch",
      path,
      access: "admin",
      tag,
      summary: "Change settings: all that are named, or none",
      description:
        "Flags, environment variables and outlay.config.json go before what is set here; what they say is refused with `setting_fixed`. `reset` lists names that shall have their default again. Most changes count at once. Another `timeZone` moves the days and months of questions, of limits and of alert rules that name no zone: limits count anew what lies in their period, and what was told of a period may be told once more. Shorter `retentionDays` delete at the next daily look.",
      body: {
        schema: z.looseObject({ reset: z.array(z.string()).optional() }),
        example: { timeZone: "Europe/Berlin", retentionDays: 90, reset: ["pricesUrl"] },
      },
      answer: settingsAnswer,
    },
    async ({ c, body }) => ({ settings: (await settings.change(await body(), actorOf(c))).map(listedSetting) }),
  );
}

function listedSetting({ isOptional, isPending, ...setting }: ListedSetting): z.infer<typeof settingAnswer> {
  return { ...setting, optional: isOptional, pending: isPending };
}
