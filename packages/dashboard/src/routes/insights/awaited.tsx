/** Room for an answer that is on its way; what will not come, as the note above says why, needs none. */
export function Awaited({ error }: { error: Error | null }) {
  return <div className={error === null ? "h-96" : "h-4"} />;
}
