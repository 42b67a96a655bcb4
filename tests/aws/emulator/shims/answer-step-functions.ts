import { createRequire } from 'node:module';
import { json, type Shim, targetOf } from '../front-request.ts';

/** CommonJS without type declarations. */
const validate = createRequire(new URL('../../../../infra/package.json', import.meta.url))(
  'asl-validator',
) as (definition: unknown) => {
  isValid: boolean;
  errors: { 'Error code'?: string; Message?: string }[];
};

/** The two calls that the provider makes and moto lacks; without them an apply hangs in retries. */
export const answerStepFunctions: Shim = async (request) => {
  const operation = targetOf(request, 'AWSStepFunctions');
  if (operation === 'ListStateMachineVersions') return json(200, { stateMachineVersions: [] });
  if (operation !== 'ValidateStateMachineDefinition') return undefined;
  const { definition } = JSON.parse(request.body.toString('utf8')) as { definition: string };
  const { isValid, errors } = validate(JSON.parse(definition));
  const diagnostics = errors.map((error) => ({
    severity: 'ERROR',
    code: error['Error code'] ?? 'SCHEMA_VALIDATION_FAILED',
    message: error.Message ?? JSON.stringify(error),
  }));
  return json(200, { result: isValid ? 'OK' : 'FAIL', diagnostics, truncated: false });
};
