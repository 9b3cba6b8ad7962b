import { InvalidInput, shown } from "@outlay/core";
import type { Context } from "hono";
import { dataScopeOf, ownUserOf, type DataScope } from "../access/data-scope.ts";
import { accountDimension } from "../limits/limit-scope.ts";
import type { Limit } from "../limits/limit.ts";
import { principalOf } from "./authorize.ts";
import type { HttpEnvironment } from "./environment.ts";

/** Which limits somebody may see, and whose accounts of them: those of the users whose events they may see. */
export interface VisibleLimits {
  /** May the limit itself be seen? */
  sees(limit: Limit): boolean;
  /** May what this value has spent be seen? */
  seesAccount(limit: Limit, value: string | null): boolean;
  /** May calls of this user, or of nobody, be seen? */
  seesUser(user: string | undefined): boolean;
  /** InvalidInput `not_allowed` unless calls of this user may be asked about. */
  requireUser(user: string | undefined): void;
  /** Who asks, as a user; undefined: nobody in particular. */
  ownUser: string | undefined;
}

export function visibleLimits(c: Context<HttpEnvironment>): VisibleLimits {
  const scope = dataScopeOf(principalOf(c));
  const ownUser = ownUserOf(principalOf(c));
  if (scope === "all") {
    return { sees: () => true, seesAccount: () => true, seesUser: () => true, requireUser: () => undefined, ownUser };
  }
  const seesUser = (user: string | undefined) => user !== undefined && scope.users.includes(user);
  return {
    seesUser,
    sees: (limit) => ["user", "session"].includes(accountDimension(limit) ?? "") || isOfUsers(limit, scope.users),
    seesAccount(limit, value) {
      const ofUser = accountDimension(limit) === "user" && value !== null && scope.users.includes(value);
      return ofUser || isOfUsers(limit, scope.users);
    },
    requireUser(user) {
      if (seesUser(user)) return;
      const whose = user === undefined ? "everybody's" : `those of ${shown(user)}`;
      throw new InvalidInput("not_allowed", `you may ask about your own limits, not about ${whose}`, {
        field: "user",
        status: 403,
      });
    },
    ownUser,
  };
}

/**
 * Whose call somebody asks about before it is made. Keys make calls for anybody, as in the gateway; people who may not see others'
 * spending ask about their own calls. InvalidInput `not_allowed`.
 */
export function userOfCall(c: Context<HttpEnvironment>, said: string | undefined): string | undefined {
  if (principalOf(c).kind !== "person") return said;
  const visible = visibleLimits(c);
  const user = said ?? visible.ownUser;
  visible.requireUser(user);
  return user;
}

/** Counts nothing but spending of these users. */
function isOfUsers({ filters }: Limit, users: Extract<DataScope, object>["users"]): boolean {
  return filters.some(
    ({ dimension, values, patterns, exclude }) =>
      dimension === "user" &&
      !exclude &&
      patterns.length === 0 &&
      values.every((value) => value !== null && users.includes(value)),
  );
}
