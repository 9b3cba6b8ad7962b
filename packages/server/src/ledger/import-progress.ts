import { InvalidInput, shown } from "@outlay/core";

/**
 * The collection in which it lies how far a machine's logs of a tool have been recorded. `keyId`: of the Outlay key that
 * they came with, so that no key can say of another's logs that they are recorded; null: its owner's.
 * InvalidInput `invalid_parameter`.
 */
export function importProgressIn(importer = "", machine = "", keyId: string | null = null): string {
  for (const [field, value] of Object.entries({ importer, machine })) {
    if (NAME.test(value)) continue;
    const message = `${field} is ${shown(value)}; expected a name of at most 128 characters`;
    throw new InvalidInput("invalid_parameter", message, { field });
  }
  return JSON.stringify(["imports", importer, machine, ...(keyId === null ? [] : [keyId])]);
}

const NAME = /^[^\p{Cc}\p{Cs}/]{1,128}$/u;
