import { openai, outlay } from "../../../lib/outlay.ts";

/** `{ "message": "…", "user": "…" }` → the answer as plain text, while it is being written. */
export async function POST(request: Request): Promise<Response> {
  const { message, user } = (await request.json()) as { message: string; user: string };
  return outlay.with({ user, activity: "chat.answer" }, async () => {
    const stream = await openai.chat.completions.create({
      model: "gpt-4.1-mini",
      messages: [{ role: "user", content: message }],
      stream: true,
    });
    const text = new ReadableStream<string>({
      async start(controller) {
        for await (const chunk of stream) controller.enqueue(chunk.choices[0]?.delta.content ?? "");
        controller.close();
      },
      cancel: () => stream.controller.abort(),
    });
    return new Response(text.pipeThrough(new TextEncoderStream()), { headers: { "content-type": "text/plain" } });
  });
}
