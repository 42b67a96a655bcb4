import { payloadSchema, runEventSchemas, systemEventSchemas } from '@hitl/core';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { payloadMembers } from './payload-members.ts';

it('knows every member of every event that may be a blob, and no other', () => {
  const found: Record<string, string> = {};
  for (const [type, schema] of Object.entries({ ...runEventSchemas, ...systemEventSchemas })) {
    for (const [member, shape] of Object.entries<z.ZodType>(schema.shape)) {
      const inner = shape instanceof z.ZodOptional ? shape.unwrap() : shape;
      // The list of heads spells the payload's shape out; everything else uses the schema itself.
      if (inner === payloadSchema || (type === 'checkpoint-made' && member === 'heads')) found[type] = member;
    }
  }
  expect(payloadMembers).toEqual(found);
});
