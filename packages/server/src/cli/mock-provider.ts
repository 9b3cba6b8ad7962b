import { InvalidInput } from "@outlay/core";
import { InvalidArgumentError, type Command } from "commander";
import { MEANINGS, parseBehaviour, WORDS, type Behaviour } from "../mock-provider/behaviour.ts";
import { startMockProvider } from "../mock-provider/mock-provider.ts";
import { parsePort } from "./parse-option.ts";
import { untilStopped } from "./until-stopped.ts";
import type { CliContext } from "./context.ts";

const DEFAULT_PORT = 4199;

/** `outlay mock-provider`: answers as providers do, and costs nothing. */
export function addMockProviderCommand(program: Command, context: CliContext): void {
  program
    .command("mock-provider")
    .description("answer like OpenAI, Anthropic, Google and others, to try things without spending")
    .option("--port <number>", "port (0 takes any free one)", parsePort, DEFAULT_PORT)
    .option("--behave <words>", 'how to answer, for example "delay=300; chunk-delay=20"', readBehaviour)
    .addHelpText("after", helpText())
    .action((options: MockProviderOptions) => mockProvider(context, options));
}

interface MockProviderOptions {
  port: number;
  behave?: Behaviour;
}

async function mockProvider(context: CliContext, { port, behave = {} }: MockProviderOptions): Promise<void> {
  const stopped = untilStopped();
  const provider = await listen(port, behave);
  if (context.isJson()) await context.print(JSON.stringify({ url: provider.url, pid: process.pid }));
  else await context.print(...welcome(provider.url, context));
  await stopped;
  await provider.close();
}

async function listen(port: number, behaviour: Behaviour) {
  try {
    return await startMockProvider({ port, behaviour });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new InvalidInput("port_in_use", `port ${port} is in use; expected a free one, or 0 for any`, {
      field: "port",
    });
  }
}

const OPENAI_SPEAKERS = [
  ["Groq", "/groq/openai/v1"],
  ["Mistral", "/mistral/v1"],
  ["DeepSeek", "/deepseek"],
  ["xAI", "/xai/v1"],
  ["OpenRouter", "/openrouter/api/v1"],
  ["Perplexity", "/perplexity"],
  ["Together", "/together/v1"],
  ["Fireworks", "/fireworks/inference/v1"],
] as const;

const OTHERS = [
  ["Azure OpenAI", "/azure"],
  ["Amazon Bedrock", "/bedrock"],
  ["Cohere", "/cohere"],
  ["Ollama", "/ollama"],
] as const;

/** What to set so that an application talks to it. */
function welcome(url: string, { colors }: CliContext): string[] {
  const line = (name: string, address: string) => `  ${name.padEnd(24)} ${url}${address}`;
  return [
    `The mock provider is at ${colors.bold(url)}  (Ctrl-C stops it). Any key will do.`,
    "",
    line("OPENAI_BASE_URL", "/openai/v1"),
    line("ANTHROPIC_BASE_URL", "/anthropic"),
    line("GOOGLE_GEMINI_BASE_URL", "/google"),
    "",
    "With OpenAI's client, as the base URL:",
    ...OPENAI_SPEAKERS.map(([name, address]) => line(name, address)),
    "",
    "In their own languages:",
    ...OTHERS.map(([name, address]) => line(name, address)),
    "",
    `What it received:          ${url}/mock/requests`,
    "How it answers:            send a header such as  x-mock: status=429; retry-after=1",
    "                           (outlay mock-provider --help lists all)",
  ];
}

function readBehaviour(text: string): Behaviour {
  try {
    return parseBehaviour(text);
  } catch (error) {
    if (error instanceof InvalidInput) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

function helpText(): string {
  const lines = Object.entries(WORDS).map(
    ([name, kind]) => `  ${shown(name, kind).padEnd(19)} ${MEANINGS[name as keyof typeof WORDS]}`,
  );
  return `
It answers chats, messages, responses, embeddings, pictures, speech, transcriptions and rerank, whole and as streams,
in the language of OpenAI, Anthropic, Gemini, Bedrock (Converse and InvokeModel), Cohere and Ollama, each provider
at an address of its own: /openai, /anthropic, /google, /azure, /bedrock, /cohere, /ollama, /groq, /mistral, /deepseek,
/xai, /openrouter, /perplexity, /together, /fireworks. GET /mock/requests lists what came and what was served.

How to answer, separated by semicolons: for all requests with --behave; for one with the header x-mock, with ?mock=
in its address, or with a line "x-mock: …" in the user's last message.
${lines.join("\n")}

Pieces are events, chunks or lines of a stream; an answer that is no stream has two halves.

Example:
  outlay mock-provider --port 4199
  curl http://127.0.0.1:4199/openai/v1/chat/completions -H 'content-type: application/json' \\
    -H 'x-mock: cached=1000; reasoning=50' -d '{"model":"gpt-5","messages":[{"role":"user","content":"Hi"}]}'`;
}

function shown(name: string, kind: string): string {
  return kind === "flag" ? name : `${name}=${kind === "text" ? "…" : "N"}`;
}
