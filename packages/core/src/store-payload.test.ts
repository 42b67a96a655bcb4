import { describe, expect, it } from '@jest/globals';
import { sha256Hex } from './digest.ts';
import { NotFoundError } from './errors/index.ts';
import type { BlobStore } from './ports/audit-log.ts';
import { inlinePayloadLimitBytes, loadPayload, storePayload } from './store-payload.ts';

function createBlobs(): BlobStore & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    put: async (text) => {
      texts.set(sha256Hex(text), text);
      return { sha256: sha256Hex(text), bytes: Buffer.byteLength(text) };
    },
    get: async (sha256) => {
      const text = texts.get(sha256);
      if (text === undefined) throw new NotFoundError('no such blob');
      return text;
    },
  };
}

describe('payloads', () => {
  it('stand inline up to the limit, counted in bytes', async () => {
    const blobs = createBlobs();
    const fits = 'é'.repeat(inlinePayloadLimitBytes / 2 - 1);
    expect(await storePayload(blobs, fits)).toEqual({ inline: fits });
    expect(blobs.texts.size).toBe(0);
  });

  it('are kept as blobs beyond it and come back as they were', async () => {
    const blobs = createBlobs();
    const value = { text: 'é'.repeat(inlinePayloadLimitBytes / 2), list: [1, null, { a: true }] };
    const payload = await storePayload(blobs, value);
    expect(payload).toEqual({ sha256: expect.any(String), bytes: expect.any(Number) });
    expect(await storePayload(blobs, value)).toEqual(payload);
    expect(await loadPayload(blobs, payload)).toEqual(value);
  });

  it('that are gone or not JSON stop the reader', async () => {
    const blobs = createBlobs();
    await expect(loadPayload(blobs, { sha256: 'a'.repeat(64), bytes: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
    const { sha256, bytes } = await blobs.put('{not json');
    await expect(loadPayload(blobs, { sha256, bytes })).rejects.toMatchObject({ code: 'integrity' });
  });
});
