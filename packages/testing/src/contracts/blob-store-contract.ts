import { type BlobStore, InvalidInputError, NotFoundError, sha256Hex } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type CreateSubject, openSubject } from './open-subject.ts';

export function describeBlobStoreContract(name: string, create: CreateSubject<BlobStore>): void {
  describe(`${name} keeps the BlobStore contract`, () => {
    const open = openSubject(create);

    it.each([
      ['an empty text', ''],
      ['a short text', '{"a":1}'],
      ['text outside ASCII', 'Grüße 𝄞 \u0000 \u2028'],
      ['a text of 300,000 bytes', 'x'.repeat(300_000)],
      ['several megabytes that repeat', 'ä𝄞 repeated '.repeat(200_000)],
    ])('gives back %s under the hash of its bytes', async (_what, text) => {
      const { subject } = await open();
      const stored = await subject.put(text);
      expect(stored).toEqual({ sha256: sha256Hex(text), bytes: Buffer.byteLength(text) });
      expect((await subject.get(stored.sha256)) === text).toBe(true);
    });

    it('gives back more than a megabyte that no compression makes smaller', async () => {
      const { subject } = await open();
      let text = '';
      for (let seed = 0; text.length < 1_500_000; seed += 1) text += sha256Hex(String(seed));
      const { sha256 } = await subject.put(text);
      expect((await subject.get(sha256)) === text).toBe(true);
    });

    it('takes the same text again, also from many writers at once', async () => {
      const { subject } = await open();
      const text = 'same '.repeat(150_000);
      const stored = await Promise.all(Array.from({ length: 5 }, () => subject.put(text)));
      expect(new Set(stored.map((blob) => blob.sha256)).size).toBe(1);
      expect((await subject.get(sha256Hex(text))) === text).toBe(true);
    });

    it('says not found for what was never stored', async () => {
      const { subject } = await open();
      await expect(subject.get(sha256Hex('absent'))).rejects.toBeInstanceOf(NotFoundError);
    });

    it('refuses half a surrogate pair, which would come back as another text', async () => {
      const { subject } = await open();
      await expect(subject.put('broken \ud834')).rejects.toBeInstanceOf(InvalidInputError);
    });
  });
}
