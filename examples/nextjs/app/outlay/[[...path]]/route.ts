import { handlers } from "../../../lib/outlay.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlers;

// Costs are never prerendered.
export const dynamic = "force-dynamic";
