import { InvalidInputError } from '@hitl/core';

/** The current cost-efficient Claude on Bedrock. 4.5 and older are retired or about to be. */
const baseModelId = 'anthropic.claude-haiku-5-5';

/**
 * The inference profile that serves a region and keeps data inside its geography where AWS offers such a profile (US, EU,
 * Japan, Australia); elsewhere the global one.
 * @throws InvalidInputError for partitions without such a profile (China, GovCloud, isolated): there the id must be configured.
 */
export function defaultModelId(region: string): string {
  if (!/^[a-z]{2,}(-[a-z]+)+-\d+$/.test(region)) throw invalidRegion(`"${region}" is not an AWS region`);
  if (/^(cn|us-gov|us-iso\w*|eu-isoe|eusc)-/.test(region))
    throw invalidRegion(`there is no default model for the region ${region}: configure a model id`);
  return `${profilePrefix(region)}.${baseModelId}`;
}

function profilePrefix(region: string): string {
  if (region.startsWith('us-')) return 'us';
  if (region.startsWith('eu-')) return 'eu';
  if (region === 'ap-northeast-1' || region === 'ap-northeast-3') return 'jp';
  if (region === 'ap-southeast-2' || region === 'ap-southeast-4') return 'au';
  return 'global';
}

function invalidRegion(message: string): InvalidInputError {
  return new InvalidInputError(message, { errors: [{ path: 'region', message }] });
}
