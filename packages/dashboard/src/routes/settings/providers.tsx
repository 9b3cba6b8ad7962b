export function Providers() {
  return null;
}
