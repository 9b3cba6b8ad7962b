import { z } from "zod";

/**
 * The address of somebody who takes messages. Not with a name and a password in it, which end up in logs. Where it leads is checked
 * when it is connected to.
 */
export const webAddress = z
  .string()
  .trim()
  .max(2_048)
  .refine(
    isWebAddress,
    "expected an address such as https://hooks.example.com/…, without a user name and a password in it",
  );

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname } = new URL(text);
  return (protocol === "https:" || protocol === "http:") && username === "" && password === "" && hostname !== "";
}
