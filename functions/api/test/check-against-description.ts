import type { JsonObject } from '@hitl/core';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describeApi, routes } from '../src/index.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `{}` when it is not JSON. */
  readonly body: JsonObject;
}

interface Described {
  readonly paths: Record<string, Record<string, { responses: Record<string, DescribedResponse> }>>;
  readonly components: { readonly schemas: Record<string, object> };
}
interface DescribedResponse {
  readonly content?: Record<string, { readonly schema: object }>;
}

const description = closed(JSON.parse(JSON.stringify(describeApi(routes, '0.1.0')))) as Described;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...description, $id: 'api' });
const compiled = new Map<string, ValidateFunction>();

/** @throws Error when an answer's status, media type or body is not what the description promises, or a standard header lacks. */
export function checkAgainstDescription(route: string, answer: Answer): void {
  const [method = '', target = ''] = route.split(' ');
  const path = target.split('?')[0] ?? '';
  const where = `${route} answered ${answer.status} ${answer.text}`;
  for (const name of ['x-request-id', 'cache-control', 'x-content-type-options', 'content-security-policy'])
    if (!answer.headers.has(name)) throw new Error(`${where} without ${name}`);
  const template = Object.keys(description.paths).find((candidate) =>
    new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const operation = description.paths[template ?? '']?.[method.toLowerCase()];
  const mediaType = answer.headers.get('content-type') ?? '';
  if (operation === undefined) {
    validate('#/components/schemas/Problem', answer, where);
    return;
  }
  const status = Object.hasOwn(operation.responses, answer.status) ? String(answer.status) : 'default';
  if (status === 'default' && answer.status < 500)
    throw new Error(`${where}, a status that is not described`);
  const content = operation.responses[status]?.content ?? {};
  if (content[mediaType] === undefined) throw new Error(`${where} as ${mediaType}, which is not described`);
  if (!/[/+]json$/.test(mediaType)) return;
  const parts = ['paths', template ?? '', method.toLowerCase(), 'responses', status, 'content', mediaType];
  validate(`#/${[...parts, 'schema'].map(pointerPart).join('/')}`, answer, where);
}

function validate(pointer: string, answer: Answer, where: string): void {
  const check = compiled.get(pointer) ?? ajv.compile({ $ref: `api${pointer}` });
  compiled.set(pointer, check);
  if (!check(answer.body)) throw new Error(`${where}: ${ajv.errorsText(check.errors)}`);
}

function pointerPart(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** The description leaves answers open for later members; here a member that nobody described is an error. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  return members.type === 'object' && 'properties' in members && !('additionalProperties' in members)
    ? { ...members, additionalProperties: false }
    : members;
}
