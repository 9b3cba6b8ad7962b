/** By which people know a secret again. Of one so short that its end would give it away, nothing. */
export function lastFour(secret: string): string {
  return secret.length >= 12 ? secret.slice(-4) : "";
}
