import { Segmented } from "../ui/segmented.tsx";
import { Select } from "../ui/select.tsx";
import { dimensionLabel } from "./filter.ts";

export type Verb = "is" | "not";

/** What a new filter looks at, and whether it keeps or leaves out. */
export function FilterSubject({
  label,
  dimensions,
  dimension,
  onDimension,
  verb,
  onVerb,
}: {
  label: string;
  dimensions: readonly string[];
  dimension: string;
  onDimension: (dimension: string) => void;
  verb: Verb;
  onVerb: (verb: Verb) => void;
}) {
  return (
    <>
      <Select
        label={label}
        className="min-w-32 grow"
        options={dimensions.map((name) => ({ value: name, label: dimensionLabel(name) }))}
        value={dimension}
        onChange={onDimension}
      />
      <Segmented
        label="Keep or leave out"
        options={[
          { value: "is", label: "is" },
          { value: "not", label: "is not" },
        ]}
        value={verb}
        onChange={onVerb}
      />
    </>
  );
}
