/** A plausible body for any route, made from its OpenAPI schema, with ids put in by the name of their field. */

export interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
}

export interface Sampler {
  components: Record<string, Schema>;
  /** Value of a field by its name; undefined: sample its schema. */
  named(name: string): unknown;
}

const WORDS: Record<string, unknown> = {
  startsOn: '2026-03-02',
  endsOn: '2026-03-20',
  effectiveFrom: '2026-04-01',
  from: '2026-03-01',
  to: '2026-03-02',
  day: '2026-03-02',
  month: '2026-02',
  landingUrl: 'https://shop.example/',
  email: 'somebody@test.hongze',
  divisionCode: '330111',
  version: 1,
  target: { all: [] },
  status: 'active',
  scope: 'all',
  format: 'banner',
  name: 'sample',
  contentHash: '0'.repeat(64),
};

export function sample(
  schema: Schema | undefined,
  sampler: Sampler,
  name = '',
  depth = 0,
): unknown {
  const given = sampler.named(name);
  if (given !== undefined) return given;
  if (schema === undefined || depth > 6) return null;
  if (schema.$ref) {
    const key = schema.$ref.split('/').at(-1) ?? '';
    return sample(sampler.components[key], sampler, name, depth + 1);
  }
  if ('const' in schema) return schema.const;
  const word = WORDS[name];
  if (schema.enum) return schema.enum.includes(word) ? word : schema.enum[0];
  if (word !== undefined) return word;
  const option = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (option) return sample(option, sampler, name, depth + 1);
  return ofType(schema, sampler, name, depth);
}

function ofType(schema: Schema, sampler: Sampler, name: string, depth: number): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object': {
      // All properties, not the required ones alone: an optional foreign id is as foreign.
      const all = Object.entries(schema.properties ?? {});
      return Object.fromEntries(
        all.map(([key, value]) => [key, sample(value, sampler, key, depth + 1)]),
      );
    }
    case 'array': {
      const count = Math.max(schema.minItems ?? 0, name.endsWith('Ids') ? 1 : 0);
      return Array.from({ length: count }, () =>
        sample(schema.items, sampler, name.replace(/s$/, ''), depth + 1),
      );
    }
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, (schema.exclusiveMinimum ?? 0) + 1, 1);
    case 'boolean':
      return false;
    case 'string':
      if (/MicroCny$/.test(name)) return '5000000';
      if (schema.format === 'date-time') return '2026-03-02T10:00:00Z';
      return 'sample text'.padEnd(schema.minLength ?? 0, 'x');
    default:
      return null;
  }
}
