import { useNavigate } from "@tanstack/react-router";
import { validateSearch } from "../../filters/search.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { Select } from "../../ui/select.tsx";

/** Which tag names the pieces of work. Another one has other values: search, order and rows begin anew. */
export function TagKeyChoice({
  keys,
  value,
  usual,
}: {
  keys: readonly string[];
  value: string;
  usual: string | undefined;
}) {
  const navigate = useNavigate();
  const choose = (key: string) =>
    void navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...validateSearch(before), ...(key === usual ? {} : { key }) }),
    });
  const all = keys.includes(value) ? keys : [value, ...keys];
  const options = all.map((key) => ({ value: key, label: key.replaceAll("_", " ") }));
  if (options.length < 2) return null;
  if (options.length > 4 || options.some(({ label }) => label.length > 16)) {
    return <Select label="Tag" showLabel options={options} value={value} onChange={choose} className="max-w-60" />;
  }
  return (
    <>
      <div className="hidden sm:block">
        <Segmented label="Tag" options={options} value={value} onChange={choose} />
      </div>
      <Select label="Tag" showLabel options={options} value={value} onChange={choose} className="max-w-60 sm:hidden" />
    </>
  );
}
