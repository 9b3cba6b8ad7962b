/** A part of the program that is a file of its own, so that a server that does not need it does not hold it in memory. */
export type Part = "credentials" | "identity-provider";

const FROM_SOURCE = import.meta.url.endsWith(".ts");

/** Beside the built program; from the sources, the module of that name. */
export async function loadPart<Module>(name: Part): Promise<Module> {
  // As an address that is made here: the build would otherwise put the part into the program.
  const address = new URL(`./${name}.${FROM_SOURCE ? "ts" : "js"}`, import.meta.url).href;
  return (await import(address)) as Module;
}
