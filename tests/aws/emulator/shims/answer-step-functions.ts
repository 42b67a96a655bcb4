import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { type FrontResponse, json, type Shim, targetOf } from '../front-request.ts';

/** CommonJS without type declarations. */
const validate = createRequire(new URL('../../../../infra/package.json', import.meta.url))(
  'asl-validator',
) as (definition: unknown) => {
  isValid: boolean;
  errors: { 'Error code'?: string; Message?: string }[];
};

/**
 * The two calls that the provider makes and moto lacks; without them an apply hangs in retries. And a name for every execution that
 * is started without one: moto makes none, and takes a second one for the first.
 */
export function answerStepFunctions(options: {
  readonly askMoto: (request: Parameters<Shim>[0]) => Promise<FrontResponse>;
}): Shim {
  return async (request) => {
    const operation = targetOf(request, 'AWSStepFunctions');
    if (operation === 'ListStateMachineVersions') return json(200, { stateMachineVersions: [] });
    if (operation !== 'StartExecution' && operation !== 'ValidateStateMachineDefinition') return undefined;
    const body = JSON.parse(request.body.toString('utf8')) as { name?: string; definition: string };
    if (operation === 'ValidateStateMachineDefinition') return json(200, validateDefinition(body.definition));
    if (body.name !== undefined) return undefined;
    return options.askMoto({
      ...request,
      body: Buffer.from(JSON.stringify({ ...body, name: randomUUID() })),
    });
  };
}

function validateDefinition(definition: string) {
  const { isValid, errors } = validate(JSON.parse(definition));
  const diagnostics = errors.map((error) => ({
    severity: 'ERROR',
    code: error['Error code'] ?? 'SCHEMA_VALIDATION_FAILED',
    message: error.Message ?? JSON.stringify(error),
  }));
  return { result: isValid ? 'OK' : 'FAIL', diagnostics, truncated: false };
}
