import type { z } from "zod";

/** What tools ask: the REST interface, with the rights of whoever runs the command. */
export interface McpApi {
  /** `path` starts with `/api/`. Answers of any status are returned, not thrown. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** Something that an assistant can ask or do. */
export interface Tool<Input extends z.ZodRawShape = z.ZodRawShape> {
  name: string;
  title: string;
  /** For the assistant, to choose by. */
  description: string;
  input: Input;
  /** Changes something: only offered where that was allowed. */
  writes: boolean;
  run(ask: Ask, input: z.infer<z.ZodObject<Input>>): Promise<ToolAnswer>;
}

export interface ToolAnswer {
  /** To be read: sentences, and tables in Markdown. */
  text: string;
  /** The answer of the REST interface, as it came. */
  structured: Record<string, unknown>;
}

/** Asks the REST interface. Throws AskFailed with what it says. */
export interface Ask {
  get<T>(path: string, params?: Record<string, unknown>): Promise<T>;
  send<T>(method: "POST" | "PATCH", path: string, body: unknown): Promise<T>;
}

/** What the interface answered instead. */
export class AskFailed extends Error {
  override readonly name = "AskFailed";
  readonly code: string;
  readonly field: string | null;

  constructor(code: string, message: string, field: string | null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** Keeps the type of each tool's input while they stand in one list. */
export function tool<Input extends z.ZodRawShape>(definition: Tool<Input>): Tool {
  return definition as unknown as Tool;
}
