import { z } from 'zod';

/**
 * A value that may be too large for one record: small ones stand inline, large ones are kept as content-addressed blobs
 * (`sha256` of the stored text) so that the hash chain covers them too.
 */
export const payloadSchema = z.union([
  z.strictObject({ inline: z.json() }),
  z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) }),
]);
export type Payload = z.infer<typeof payloadSchema>;
