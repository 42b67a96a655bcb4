import type { JsonObject } from '@hitl/core';
import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** `undefined` when the value is right, else what is wrong with it, one phrase per problem, without the values. */
export type Validate = (value: unknown) => string[] | undefined;

export interface SchemaCompiler {
  /** Throws when the schema can't be compiled; the message says why. */
  compile(schema: JsonObject): Validate;
}

const maxSchemaBytes = 256 * 1024;
const maxProblems = 5;

/**
 * One server's JSON Schema compiler. Dialect by `$schema`; without one it is 2020-12, MCP's default, and draft-07 where only
 * that compiles (servers often write it without saying so). `format` is not checked. An untrusted server's `pattern`s are not
 * run either: a regular expression of its choice over input of its choice could keep this process busy for ever, and the
 * server checks its own arguments anyway.
 */
export function createSchemaCompiler(options: { readonly runsPatterns: boolean }): SchemaCompiler {
  const settings: Options = {
    strict: false,
    validateFormats: false,
    allErrors: false,
    addUsedSchema: false,
    logger: false,
    ...(options.runsPatterns ? {} : { code: { regExp: matchAnything } }),
  };
  const dialects = new Map<string, Ajv>();
  const makers: Record<string, () => Ajv> = {
    '2020-12': () => new Ajv2020(settings) as unknown as Ajv,
    '2019-09': () => new Ajv2019(settings) as unknown as Ajv,
    'draft-07': () => new Ajv(settings),
  };

  function compileAs(dialect: string, schema: JsonObject): Validate {
    const ajv = dialects.get(dialect) ?? makers[dialect]?.();
    if (ajv === undefined) throw new Error(`unknown JSON Schema dialect ${dialect}`);
    dialects.set(dialect, ajv);
    try {
      const validate = ajv.compile(schema);
      return (value) =>
        validate(value) ? undefined : (validate.errors ?? []).slice(0, maxProblems).map(phrase);
    } finally {
      // The cache is keyed by the schema object, which is new with every listing: it would only grow.
      ajv.removeSchema(schema);
    }
  }

  return {
    compile(schema) {
      if (JSON.stringify(schema).length > maxSchemaBytes) {
        throw new Error(`larger than ${maxSchemaBytes / 1024} KiB`);
      }
      const declared = dialectOf(schema.$schema);
      if (declared !== undefined) return compileAs(declared, withoutDialect(schema));
      try {
        return compileAs('2020-12', schema);
      } catch (error) {
        try {
          return compileAs('draft-07', schema);
        } catch {
          throw error;
        }
      }
    },
  };
}

function dialectOf(uri: unknown): string | undefined {
  if (uri === undefined) return undefined;
  if (typeof uri === 'string') {
    if (uri.includes('2020-12')) return '2020-12';
    if (uri.includes('2019-09')) return '2019-09';
    if (/draft-0[67]/.test(uri)) return 'draft-07';
  }
  throw new Error('a $schema of an unknown dialect');
}

/** Spelling variants of the URI (https, trailing #) would otherwise be looked up as a schema that nobody has. */
function withoutDialect(schema: JsonObject): JsonObject {
  const { $schema: _, ...rest } = schema;
  return rest;
}

const matchAnything = Object.assign(() => ({ test: () => true }), { code: 'new RegExp' });

function phrase(error: ErrorObject): string {
  const where = error.instancePath.slice(1).replaceAll('/', '.');
  const { params } = error;
  const detail =
    error.keyword === 'additionalProperties'
      ? ` (${String(params.additionalProperty)})`
      : error.keyword === 'enum'
        ? ` (${(params.allowedValues as unknown[]).map(String).join(', ')})`
        : '';
  return `${where === '' ? '' : `${where} `}${error.message ?? error.keyword}${detail}`;
}
