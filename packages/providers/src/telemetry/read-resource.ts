import { findAttributes } from "./found-attributes.ts";
import type { Attributes } from "./telemetry-span.ts";

/** Whose a call is, as far as events have fields for it. */
export const ATTRIBUTION = [
  "session",
  "user",
  "agent",
  "team",
  "project",
  "customer",
  "environment",
  "activity",
  "category",
  "variant",
] as const;

/** What a resource says about the calls that it makes, where they do not say it themselves. */
export interface ResourceFacts {
  attribution: Record<(typeof ATTRIBUTION)[number], string | null>;
  /** The name of the service; null when it has none of its own. */
  service: string | null;
}

/** A resource is shared by all spans of a request, and read once. */
const known = new WeakMap<Attributes, ResourceFacts>();

/** What the attributes of a resource say. Forgets which attributes were found last. */
export function readResource(resource: Attributes): ResourceFacts {
  let facts = known.get(resource);
  if (facts === undefined) known.set(resource, (facts = read(resource)));
  return facts;
}

function read(resource: Attributes): ResourceFacts {
  const found = findAttributes(resource);
  const service = found.text("service");
  return {
    attribution: Object.fromEntries(
      ATTRIBUTION.map((name) => [name, found.text(name)]),
    ) as ResourceFacts["attribution"],
    service: service?.startsWith("unknown_service") === true ? null : service,
  };
}
