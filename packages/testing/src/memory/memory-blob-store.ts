import { type BlobStore, IntegrityError, InvalidInputError, NotFoundError, sha256Hex } from '@hitl/core';

export interface MemoryBlobStore extends BlobStore {
  /** Replaces (or with `undefined` removes) a stored text behind the port's back. */
  tamper(sha256: string, text: string | undefined): void;
}

export function createMemoryBlobStore(): MemoryBlobStore {
  const texts = new Map<string, string>();
  return {
    async put(text) {
      if (!text.isWellFormed())
        throw new InvalidInputError('a blob must be well-formed Unicode (it holds half a surrogate pair)');
      const sha256 = sha256Hex(text);
      texts.set(sha256, text);
      return { sha256, bytes: Buffer.byteLength(text) };
    },
    async get(sha256) {
      const text = texts.get(sha256);
      if (text === undefined) throw new NotFoundError(`there is no blob ${sha256}`);
      if (sha256Hex(text) !== sha256) throw new IntegrityError(`blob ${sha256} does not hash to its name`);
      return text;
    },
    tamper(sha256, text) {
      if (text === undefined) texts.delete(sha256);
      else texts.set(sha256, text);
    },
  };
}
