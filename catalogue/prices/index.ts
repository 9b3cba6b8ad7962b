// One line for each file of this folder, so that the bundler takes them in. A test checks that none is forgotten.
import alibaba from "./alibaba.json" with { type: "json" };
import anthropic from "./anthropic.json" with { type: "json" };
import aws from "./aws.json" with { type: "json" };
import azure from "./azure.json" with { type: "json" };
import blackForestLabs from "./black-forest-labs.json" with { type: "json" };
import cohere from "./cohere.json" with { type: "json" };
import deepseek from "./deepseek.json" with { type: "json" };
import google from "./google.json" with { type: "json" };
import groq from "./groq.json" with { type: "json" };
import jina from "./jina.json" with { type: "json" };
import meta from "./meta.json" with { type: "json" };
import mistral from "./mistral.json" with { type: "json" };
import moonshotai from "./moonshotai.json" with { type: "json" };
import openai from "./openai.json" with { type: "json" };
import perplexity from "./perplexity.json" with { type: "json" };
import stabilityAi from "./stability-ai.json" with { type: "json" };
import voyageai from "./voyageai.json" with { type: "json" };
import xAi from "./x-ai.json" with { type: "json" };
import zai from "./zai.json" with { type: "json" };

/** Our own dated prices as they are written, not yet checked: `packages/server/src/prices/catalogue.ts` does that. */
export const priceFiles: unknown[] = [
  alibaba,
  anthropic,
  aws,
  azure,
  blackForestLabs,
  cohere,
  deepseek,
  google,
  groq,
  jina,
  meta,
  mistral,
  moonshotai,
  openai,
  perplexity,
  stabilityAi,
  voyageai,
  xAi,
  zai,
];
