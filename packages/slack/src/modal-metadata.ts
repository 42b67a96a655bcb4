import { z } from 'zod';
import { shownApprovalSchema, shownCallSchema, slackPlaceSchema } from './jobs.ts';

const modalMetadataSchema = z.object({
  ...shownApprovalSchema.shape,
  ...shownCallSchema.shape,
  where: slackPlaceSchema.optional(),
});

/** A modal's `private_metadata`: which request, as it was shown, and the card that it was opened from. */
export type ModalMetadata = z.infer<typeof modalMetadataSchema>;

export function encodeModalMetadata(metadata: ModalMetadata): string {
  return JSON.stringify(metadata);
}

/** `undefined` for whatever `encodeModalMetadata` did not make. */
export function decodeModalMetadata(text: string): ModalMetadata | undefined {
  try {
    return modalMetadataSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
