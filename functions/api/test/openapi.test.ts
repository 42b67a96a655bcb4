import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describeApi, routes } from '../src/index.ts';
import { openApi } from './api-world.ts';

const committed = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;

describe('the description of the API', () => {
  it('is the committed one; `npm run openapi` rewrites that', async () => {
    const { call } = openApi();
    const { status, body } = await call('nobody', 'GET /openapi.json');
    expect(status).toBe(200);
    expect(body).toEqual(committed);
  });

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(committed))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('refers to nothing that is not in it', () => {
    const document = committed;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, target]) => target,
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of new Set(references)) {
      const parts = reference?.replace(/^#\//, '').split('/') ?? [];
      const target = parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document);
      expect({ reference, isThere: target !== undefined }).toEqual({ reference, isThere: true });
    }
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('names each operation once and asks for a credential everywhere but where it is public', () => {
    const ids = routes.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const open = Object.entries((describeApi(routes, '0') as { paths: Paths }).paths).flatMap(
      ([path, item]) => Object.values(item).flatMap(({ security }) => (security.length === 0 ? [path] : [])),
    );
    expect(open.sort()).toEqual(['/healthz', '/openapi.json']);
  });

  it('holds every route that clients rely on', () => {
    const known = routes.map(({ method, path }) => `${method} ${path}`);
    expect(known).toEqual(
      expect.arrayContaining([
        'POST /agent/run',
        'GET /agent/runs',
        'GET /agent/runs/{run_id}',
        'GET /approvals',
        'GET /approvals/{approval_id}',
        'POST /approvals/{approval_id}/votes',
        'POST /approvals/{approval_id}/edit',
        'GET /grants',
        'POST /grants',
        'DELETE /grants/{grant_id}',
        'GET /audit',
        'GET /audit/verify',
        'GET /tools',
        'POST /policy/evaluate',
        'GET /healthz',
      ]),
    );
  });
});

type Paths = Record<string, Record<string, { security: object[] }>>;
