import { describe, expect, it } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { NodeSha256 } from '../signing/index.ts';
import { signRequest } from './sign-request.ts';

describe('signRequest', () => {
  it('signs as the SDK’s own signer does', async () => {
    const word = fc.stringMatching(/^[A-Za-z0-9/+=_-]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          body: fc.string({ unit: 'grapheme' }),
          host: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}\.example\.com(:[1-9]\d{3})?$/),
          target: fc.stringMatching(/^[ -~]{1,40}$/),
          service: fc.constantFrom('dynamodb', 'sqs', 'secretsmanager'),
          region: fc.constantFrom('eu-central-1', 'us-gov-west-1'),
          accessKeyId: word,
          secretAccessKey: word,
          sessionToken: fc.option(word, { nil: undefined }),
          nowMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
        }),
        async ({
          body,
          host,
          target,
          service,
          region,
          nowMs,
          accessKeyId,
          secretAccessKey,
          sessionToken,
        }) => {
          const credentials = { accessKeyId, secretAccessKey, sessionToken };
          const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
          const ours = signRequest(
            { url: new URL(`https://${host}/`), headers, body },
            { service, region, credentials, nowMs },
          );
          const signer = new SignatureV4({
            service,
            region,
            credentials: {
              accessKeyId,
              secretAccessKey,
              ...(sessionToken === undefined ? {} : { sessionToken }),
            },
            sha256: NodeSha256,
            applyChecksum: false,
          });
          const [hostname = '', port] = host.split(':');
          const theirs = await signer.sign(
            {
              method: 'POST',
              protocol: 'https:',
              hostname,
              ...(port === undefined ? {} : { port: Number(port) }),
              path: '/',
              query: {},
              headers: { ...headers, host },
              body,
            },
            { signingDate: new Date(nowMs) },
          );
          expect(ours.authorization).toBe(theirs.headers.authorization);
          expect(ours['x-amz-date']).toBe(theirs.headers['x-amz-date']);
          expect(ours['x-amz-security-token']).toBe(theirs.headers['x-amz-security-token']);
        },
      ),
    );
  });
});
