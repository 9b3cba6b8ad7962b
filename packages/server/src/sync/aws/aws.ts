import { exportKind } from "../export-kind.ts";

/** Costs from exported files: see README.md. */
export const aws = exportKind("aws", "AWS");
