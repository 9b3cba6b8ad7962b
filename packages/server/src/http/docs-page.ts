import { html, raw } from "hono/html";
import type { ApiContent, ApiDocument, ApiOperation, ApiSchema } from "./openapi.ts";

type Html = ReturnType<typeof html>;

/** The documentation as one page that needs nothing from elsewhere. Made from the OpenAPI document alone. */
export function docsPage(api: ApiDocument): Html {
  const groups = groupsOf(api);
  const schemas = Object.entries(api.components?.schemas ?? {});
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${api.info.title} API</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <nav aria-label="Contents">
          <a class="home" href="../">Outlay</a>
          ${groups.map(
            ({ name, operations }) => html`
              <h2>${name}</h2>
              <ul>
                ${operations.map(
                  ({ method, path, id }) =>
                    html`<li>
                      <a href="#${id}"><b class="${method}">${method}</b> ${path.replace("/api/", "")}</a>
                    </li>`,
                )}
              </ul>
            `,
          )}
          <h2>Shapes</h2>
          <ul>
            ${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>
          <h1>${api.info.title} API <small>${api.info.version}</small></h1>
          <p>${api.info.description ?? ""}</p>
          <p><a href="openapi.json">OpenAPI ${api.openapi} document</a></p>
          ${groups.map(
            ({ name, description, operations }) => html`
              <section>
                <h2>${name}</h2>
                <p>${description}</p>
                ${operations.map((entry) => operationPart(entry))}
              </section>
            `,
          )}
          <section>
            <h2>Shapes</h2>
            ${schemas.map(
              ([name, schema]) => html`
                <article id="schema-${name}">
                  <h3>${name}</h3>
                  ${schema.description === undefined ? "" : html`<p>${schema.description}</p>`} ${schemaPart(schema)}
                </article>
              `,
            )}
          </section>
        </main>
      </body>
    </html>`;
}

interface Operation {
  method: string;
  path: string;
  id: string;
  operation: ApiOperation;
}

function groupsOf(api: ApiDocument): { name: string; description: string; operations: Operation[] }[] {
  const operations = Object.entries(api.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method,
      path,
      id: operation.operationId ?? `${method}${path}`,
      operation,
    })),
  );
  return (api.tags ?? []).map(({ name, description = "" }) => ({
    name,
    description,
    operations: operations.filter(({ operation }) => operation.tags?.includes(name)),
  }));
}

function operationPart({ method, path, id, operation }: Operation): Html {
  const answer = operation.responses?.["200"] ?? operation.responses?.["207"];
  return html`
    <article id="${id}">
      <h3><b class="${method}">${method}</b> <code>${path}</code></h3>
      <p>
        <strong>${operation.summary ?? ""}.</strong>
        ${operation.description ?? ""}
      </p>
      ${parametersPart(operation)} ${contentPart("Body", operation.requestBody?.content)}
      ${contentPart("Answer", answer?.content)}
    </article>
  `;
}

function parametersPart({ parameters = [] }: ApiOperation): Html | "" {
  if (parameters.length === 0) return "";
  return html`
    <details open>
      <summary>Parameters</summary>
      <table>
        ${parameters.map(
          (parameter) => html`
            <tr>
              <th scope="row">
                <code>${parameter.in === "path" ? `{${parameter.name}}` : parameter.name}</code>
              </th>
              <td>
                ${parameter.description ?? parameter.schema?.description ?? ""}
                ${examplePart(parameter.schema?.example)}
              </td>
            </tr>
          `,
        )}
      </table>
    </details>
  `;
}

function contentPart(title: string, content: Record<string, ApiContent> | undefined): Html | "" {
  const types = Object.entries(content ?? {});
  if (types.length === 0) return "";
  return html`
    <details>
      <summary>${title} <small>${types.map(([type]) => type).join(", ")}</small></summary>
      ${types.map(([, { schema, example }]) => [
        schema === undefined || schema.type === "string" ? "" : schemaPart(schema),
        example === undefined ? "" : html`<pre><code>${JSON.stringify(example, null, 2)}</code></pre>`,
      ])}
    </details>
  `;
}

function schemaPart(schema: ApiSchema): Html {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined && schema.properties === undefined) {
    return html`${variants.map((variant, index) => html`${index === 0 ? "" : html`<p>or</p>`} ${schemaPart(variant)}`)}`;
  }
  if (schema.properties === undefined) return html`<p>${typePart(schema)}</p>`;
  return html`
    <table>
      ${Object.entries(schema.properties).map(
        ([name, property]) => html`
          <tr>
            <th scope="row">
              <code>${name}</code>${schema.required?.includes(name) === true ? "" : html`<small> optional</small>`}
            </th>
            <td>${typePart(property)} ${property.description ?? ""} ${examplePart(property.example)}</td>
          </tr>
        `,
      )}
    </table>
  `;
}

/** A type in a few words, with links to named shapes. */
function typePart(schema: ApiSchema): Html | string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined) return html`<code>${schema.enum.map(String).join(" | ")}</code>`;
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) {
    return html`${variants.map((variant, index) => html`${index === 0 ? "" : " or "}${typePart(variant)}`)}`;
  }
  if (schema.items !== undefined) return html`list of ${typePart(schema.items)}`;
  if (typeof schema.additionalProperties === "object" && schema.properties === undefined) {
    return html`map to ${typePart(schema.additionalProperties)}`;
  }
  if (schema.properties !== undefined) return html`{ ${Object.keys(schema.properties).join(", ")} }`;
  return html`<code>${[schema.type ?? "anything"].flat().join(" | ")}</code>`;
}

function examplePart(example: unknown): Html | "" {
  if (example === undefined) return "";
  const text = Array.isArray(example) ? example.join(" · ") : String(example);
  return html`<small>for example <code>${text}</code></small>`;
}

const STYLE = `
  :root { color-scheme: light dark; --ink: #1a1d21; --soft: #5b6570; --line: #dfe3e8; --ground: #fff; --panel: #f6f7f9; --accent: #1d5fd1;
    font: 15px/1.55 system-ui, sans-serif; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --soft: #9aa5b1; --line: #2c333b; --ground: #14171a; --panel: #1b1f24; --accent: #7db0ff; } }
  * { box-sizing: border-box; }
  html { scroll-padding-top: 1rem; }
  body { margin: 0; color: var(--ink); background: var(--ground); display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
  a { color: var(--accent); text-decoration: none; }
  a:hover { text-decoration: underline; }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.25rem; background: var(--panel); border-right: 1px solid var(--line); }
  nav .home { font-weight: 700; font-size: 1.1rem; }
  nav h2 { font-size: .75rem; text-transform: uppercase; letter-spacing: .05em; color: var(--soft); margin: 1.25rem 0 .25rem; }
  nav ul { list-style: none; margin: 0; padding: 0; }
  nav li a { display: block; padding: .1rem 0; font-size: .85rem; color: var(--ink); overflow-wrap: anywhere; }
  main { padding: 2rem clamp(1rem, 4vw, 3.5rem) 6rem; max-width: 62rem; }
  h1 small { color: var(--soft); font-weight: 400; font-size: 1rem; }
  main h2 { margin-top: 3rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
  article { margin: 1.75rem 0; }
  h3 { margin: 0 0 .25rem; font-size: 1.05rem; overflow-wrap: anywhere; }
  b.get, b.post, b.put, b.patch, b.delete { font: 600 .7rem/1 ui-monospace, monospace; text-transform: uppercase; }
  b.get { color: #16794c; } b.post { color: #1d5fd1; } b.put, b.patch { color: #9a5b00; } b.delete { color: #c0272d; }
  @media (prefers-color-scheme: dark) { b.get { color: #5cc995; } b.post { color: #7db0ff; } b.put, b.patch { color: #e3ab54; } b.delete { color: #ff8b8f; } }
  code, pre { font: .85em/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; }
  pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
  summary { cursor: pointer; color: var(--soft); font-weight: 600; margin: .35rem 0; }
  small { color: var(--soft); font-weight: 400; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  th { width: 14rem; font-weight: 500; }
  @media (max-width: 48rem) { body { display: block; } nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); } th { width: 40%; } }
`;
