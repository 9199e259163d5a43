/**
 * The API's reference as a page made here: no script, nothing from elsewhere, so that it holds under the console's own
 * content policy. (The Scalar component was tried: it loads its program from a public CDN, which that policy refuses.)
 */
import { html, raw } from 'hono/html';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
}

interface Operation {
  summary?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
}

export interface ApiDocument {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
}

const STYLE = `
body { font: 15px/1.55 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ddd; }
summary { cursor: pointer; padding: .3rem 0; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { background: #f5f5f5; padding: .8rem; overflow-x: auto; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; }
nav a { margin-right: .8rem; }
@media (prefers-color-scheme: dark) { body { background: #161616; color: #e6e6e6; } pre { background: #222; } a { color: #8ab4ff; } }
`;

function operationHtml(method: string, path: string, operation: Operation) {
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const parameters = operation.parameters ?? [];
  return html`<details>
    <summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code>
      ${operation.summary ?? ''}</summary>
    ${
      parameters.length > 0
        ? html`<ul>${parameters.map(
            (one) =>
              html`<li><code>${one.name}</code> (${one.in}${one.required ? ', required' : ''})</li>`,
          )}</ul>`
        : ''
    }
    ${schema ? html`<pre>${JSON.stringify(schema, null, 2)}</pre>` : ''}
  </details>`;
}

export function referencePage(document: ApiDocument) {
  const byTag = new Map<string, { method: string; path: string; operation: Operation }[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), { method, path, operation }]);
    }
  }
  const tags = [...byTag].sort(([a], [b]) => a.localeCompare(b));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title} API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <h1>${document.info.title} API</h1>
        <p>${document.info.description ?? ''}</p>
        <p><a href="/api/openapi.json">OpenAPI 3.1</a></p>
        <nav>${tags.map(([tag]) => html`<a href="#${tag}">${tag}</a>`)}</nav>
        ${tags.map(
          ([tag, list]) => html`<h2 id="${tag}">${tag}</h2>
            ${list.map(({ method, path, operation }) => operationHtml(method, path, operation))}`,
        )}
      </body>
    </html>`;
}
