import { EventStreamParser } from "@outlay/react";
import type { ChatLanguage } from "../../api/providers.ts";

/** The provider, or the gateway in its place, refused or broke off. */
export class ChatFailed extends Error {
  override readonly name = "ChatFailed";
  /** HTTP status; null when it failed inside a stream that had begun. */
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads an answer piece by piece: `hear` gets each piece of text as it arrives. Rejects with ChatFailed when the
 * answer is a refusal, also one inside a stream.
 */
export async function readAnswer(
  response: Response,
  language: ChatLanguage,
  hear: (text: string) => void,
): Promise<void> {
  if (!response.ok) throw new ChatFailed(response.status, refusalText(await response.text(), response.status));
  if (response.body === null) return;
  if (!(response.headers.get("content-type") ?? "").includes("text/event-stream")) {
    hear(textOf(language, await response.json()));
    return;
  }
  const parser = new EventStreamParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const { data } of parser.push(value)) {
      if (data === "[DONE]") continue;
      const piece = JSON.parse(data) as Piece;
      if (piece.error !== undefined && piece.error !== null) throw new ChatFailed(null, errorText(piece.error));
      const text = textOf(language, piece);
      if (text !== "") hear(text);
    }
  }
}

/** What we read of a piece, or of a whole answer, in any of the languages. */
interface Piece {
  error?: unknown;
  /** OpenAI */
  choices?: { delta?: { content?: string | null }; message?: { content?: string | null } }[];
  /** Anthropic */
  delta?: { text?: string };
  content?: { text?: string }[];
  /** Google */
  candidates?: { content?: { parts?: { text?: string; thought?: boolean }[] } }[];
}

function textOf(language: ChatLanguage, piece: Piece): string {
  if (language === "openai") {
    const [choice] = piece.choices ?? [];
    return choice?.delta?.content ?? choice?.message?.content ?? "";
  }
  if (language === "anthropic")
    return piece.delta?.text ?? (piece.content ?? []).map(({ text }) => text ?? "").join("");
  const parts = piece.candidates?.[0]?.content?.parts ?? [];
  return parts.map(({ text, thought }) => (thought === true ? "" : (text ?? ""))).join("");
}

/** The sentence in a refusal, whatever form it has. */
function refusalText(body: string, status: number): string {
  try {
    const parsed = JSON.parse(body) as { error?: unknown; detail?: string };
    const text = typeof parsed.detail === "string" ? parsed.detail : errorText(parsed.error);
    if (text !== "") return text;
  } catch {
    // Not JSON: shown as it is.
  }
  return body.trim() === "" ? `The answer was ${status}, without a reason.` : body.trim().slice(0, MAX_REASON_LENGTH);
}

function errorText(error: unknown): string {
  if (typeof error === "string") return error;
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === "string" ? message : "";
}

const MAX_REASON_LENGTH = 500;
