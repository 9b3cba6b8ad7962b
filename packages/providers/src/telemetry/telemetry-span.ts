/** A value of an attribute in JSON's terms; 64-bit integers that fit may be numbers, others are texts. */
export type AttributeValue =
  | string
  | number
  | boolean
  | bigint
  | null
  | undefined
  | readonly AttributeValue[]
  | { readonly [key: string]: AttributeValue };

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A finished span of any exporter. */
export interface TelemetrySpan {
  /** Hexadecimal, as all ids here. */
  traceId: string;
  spanId: string;
  /** Null for the root of a trace. */
  parentSpanId: string | null;
  name: string;
  /** Milliseconds since 1970, fractions allowed. */
  startMs: number;
  endMs: number;
  attributes: Attributes;
  events: readonly { name: string; attributes: Attributes }[];
  status: { isError: boolean; message: string | null };
  resource: Attributes;
  scope: { name: string; version: string | null };
}
