import { Link } from "@tanstack/react-router";

export function NotFound() {
  return (
    <main className="mx-auto max-w-xl px-4 py-24 text-center">
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <p className="mt-2 text-muted">
        The address leads nowhere.{" "}
        <Link to="/" className="text-accent underline underline-offset-4">
          Go to the overview
        </Link>
      </p>
    </main>
  );
}
