import { addAdminCommand } from "./admin.ts";
import { addAlertsCommand } from "./alerts.ts";
import { addArchiveCommand } from "./archive.ts";
import type { AddCommand } from "./create-program.ts";
import { addBackupCommand, addRestoreCommand } from "./backup.ts";
import { addBudgetsCommand } from "./budgets.ts";
import { addChannelsCommand } from "./channels.ts";
import { addAuditCommand } from "./audit.ts";
import { addCompletionCommand } from "./completion.ts";
import { addCostsCommand } from "./costs.ts";
import { addDemoCommand } from "./demo.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addEventsCommand } from "./events.ts";
import { addExportCommand } from "./export.ts";
import { addFocusCommand } from "./focus.ts";
import { addImportCommand } from "./import.ts";
import { addReconcileCommand } from "./reconcile.ts";
import { addSyncCommand } from "./sync.ts";
import { addKeysCommand } from "./keys.ts";
import { addLimitsCommand } from "./limits.ts";
import { addMcpCommand } from "./mcp.ts";
import { addMockProviderCommand } from "./mock-provider.ts";
import { addPricesCommand } from "./prices.ts";
import { addQueryCommand } from "./query.ts";
import { addRateCommand } from "./rate.ts";
import { addReportCommand } from "./report.ts";
import { addReportsCommand } from "./reports.ts";
import { addServeCommand } from "./serve.ts";
import { addSessionsCommand } from "./sessions.ts";
import { addSettingsCommand } from "./settings.ts";
import { addSubscriptionsCommand } from "./subscriptions.ts";
import { addWatchCommand } from "./watch.ts";
import { addStatuslineCommand } from "./statusline.ts";

/** The whole command line, one file a command; in the order in which help lists them. */
export const COMMANDS: readonly AddCommand[] = [
  addServeCommand,
  addDemoCommand,
  addCostsCommand,
  addReportCommand,
  addReportsCommand,
  addQueryCommand,
  addSessionsCommand,
  addEventsCommand,
  addExportCommand,
  addFocusCommand,
  addImportCommand,
  addSyncCommand,
  addReconcileCommand,
  addWatchCommand,
  addStatuslineCommand,
  addArchiveCommand,
  addBackupCommand,
  addRestoreCommand,
  addPricesCommand,
  addRateCommand,
  addAlertsCommand,
  addChannelsCommand,
  addBudgetsCommand,
  addLimitsCommand,
  addSubscriptionsCommand,
  addKeysCommand,
  addAuditCommand,
  addSettingsCommand,
  addMcpCommand,
  addAdminCommand,
  addMockProviderCommand,
  addDoctorCommand,
  addCompletionCommand,
];
