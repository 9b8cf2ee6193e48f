type Json = Record<string, unknown>;

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters: readonly { name: string; in: string; required: boolean; description?: string; schema: Json }[];
  readonly requestBody?: { content: Record<string, { schema: Json }> };
  readonly responses: Record<string, { content: Record<string, { schema: Json }> }>;
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 4rem; }
  h2 { margin: 2.5rem 0 .5rem; text-transform: capitalize; }
  details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .4rem; margin: .4rem 0; }
  summary { cursor: pointer; padding: .4rem .7rem; }
  summary code { overflow-wrap: anywhere; }
  .method { display: inline-block; min-width: 4.2rem; font-weight: 700; }
  .inside { padding: 0 .9rem .7rem; }
  pre { overflow: auto; max-height: 24rem; padding: .6rem; background: color-mix(in srgb, currentColor 8%, transparent); border-radius: .3rem; font-size: .85rem; }
  table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top; }
`;

/** The API on one page that asks nobody for anything: no script, no font, no picture from elsewhere. Pure. */
export function openapiPage(document: Json): string {
  const { title, version, description } = document.info as Record<'title' | 'version' | 'description', string>;
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths as Record<string, Record<string, Operation>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags[0] ?? '';
      byTag.set(tag, [...(byTag.get(tag) ?? []), section(method, path, operation)]);
    }
  }
  const sections = [...byTag].map(
    ([tag, parts]) => `<h2 id="${escaped(tag)}">${escaped(tag)}</h2>\n${parts.join('\n')}`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>
<h1>${escaped(title)} <small>${escaped(version)}</small></h1>
<p>${escaped(description)} Every request carries the API token in the <code>Authorization</code> header;
a plugin's carries worker id and authentication token (HTTP Basic).
The same for programs: <a href="/v1/openapi.json">/v1/openapi.json</a> (OpenAPI 3.1).</p>
${sections.join('\n')}
</body></html>
`;
}

function section(method: string, path: string, operation: Operation): string {
  const { summary, description, parameters, requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, description: meaning, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? '' : ', optional'}</td><td>${escaped(meaning ?? String(schema.pattern ?? schema.enum ?? schema.type ?? ''))}</td></tr>`,
  );
  return `<details><summary><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code> — ${escaped(summary)}</summary>
<div class="inside">${description === undefined ? '' : `<p>${escaped(description)}</p>`}${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}
${requestBody === undefined ? '' : `<h4>Body</h4>${contents(requestBody.content)}`}
<h4>Answer</h4>${contents(responses['200']?.content ?? {})}</div></details>`;
}

function contents(content: Record<string, { schema: Json }>): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `<p>${escaped(type)}</p><pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
