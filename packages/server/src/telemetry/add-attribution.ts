import { MAX_TAGS, type WireEvent } from "@outlay/core";
import { cleanTags, cleanText, type Attributes } from "@outlay/providers";
import { codingToolOf } from "./coding-tools.ts";

/** Whose calls are sent with a key, where they do not say it themselves. */
export type Sender = Partial<
  Pick<WireEvent, "user" | "team" | "project" | "customer" | "agent" | "environment" | "tags" | "credential">
>;

/** What a resource says about whose its calls are, where they do not say it themselves. */
interface OfResource {
  project: string | undefined;
  agent: string | undefined;
  isTool: boolean;
  tags: [string, string][];
}

/** Namespaces of OpenTelemetry's own resource attributes: facts about machines, no owners. */
const STANDARD =
  /^(service|telemetry|process|host|os|cloud|k8s|container|deployment|device|faas|webengine|browser|aws|gcp|azure|heroku|wsl|session|user|enduser|outlay|team|project|customer|openinference|langfuse|terminal|app|installation|env|environment|user_agent|installation_id|interactive)([._]|$)/;

/** Resources are shared by all items of a request. */
const known = new WeakMap<Attributes, OfResource>();

/**
 * Completes a call by the key that it was sent with and by its resource: the service is its project, unless a project is named; a coding tool is the agent
 * instead, and its user is the person rather than the machine. What else the resource says of its owner's own
 * (`cost_center`, `department`) are tags.
 */
export function addAttribution(
  event: WireEvent,
  attributes: Attributes,
  resource: Attributes,
  sender: Sender = {},
): void {
  let facts = known.get(resource);
  if (facts === undefined) known.set(resource, (facts = read(resource)));
  for (const name in sender) addFrom(event, sender, name as keyof Sender);
  if (facts.project !== undefined) event.project ??= facts.project;
  if (facts.agent !== undefined) event.agent ??= facts.agent;
  // Copilot says "github" or "github.copilot"; its calls are paid with a subscription there
  if (facts.agent === "github-copilot" && event.provider.startsWith("github")) event.provider = "github-copilot";
  if (facts.isTool) event.user = personOf(attributes, resource) ?? event.user;
  if (facts.tags.length > 0) event.tags = limited({ ...Object.fromEntries(facts.tags), ...event.tags });
}

function addFrom(event: WireEvent, sender: Sender, name: keyof Sender): void {
  if (name === "tags") event.tags = limited({ ...sender.tags, ...event.tags });
  else event[name] ??= sender[name];
}

/** The last that an event may have: what it says itself stands behind what others say of it. */
function limited(tags: Record<string, string | null>): Record<string, string | null> {
  const entries = Object.entries(tags);
  return entries.length <= MAX_TAGS ? tags : Object.fromEntries(entries.slice(-MAX_TAGS));
}

function read(resource: Attributes): OfResource {
  const tool = codingToolOf(resource);
  const service = resource["service.name"];
  const isNamed = typeof service === "string" && !service.startsWith("unknown_service");
  const own = Object.entries(resource).filter(([name]) => !STANDARD.test(name));
  const texts = own.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return {
    project: isNamed && tool === null ? (cleanText(service) ?? undefined) : undefined,
    agent: tool ?? undefined,
    isTool: tool !== null,
    tags: Object.entries(cleanTags(texts)),
  };
}

/** Tools give `user.id` for an installation; an address or account says who it is. */
function personOf(attributes: Attributes, resource: Attributes): string | null {
  for (const name of ["outlay.user", "user.email", "user.account_uuid", "user.account_id"]) {
    const value = attributes[name] ?? resource[name];
    if (typeof value === "string" && value !== "") return cleanText(value);
  }
  return null;
}
