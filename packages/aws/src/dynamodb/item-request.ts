import { randomInt } from 'node:crypto';
import type { ItemStore } from '@hitl/core';
import { ttlAttribute } from './tables.ts';

type PutOptions = Parameters<ItemStore['put']>[2];

/** The part of a request on an item that says what is written and on which condition; values are plain texts and numbers. */
export interface ItemRequest {
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, string | number>;
}

/** Versions of an item that is made anew begin above all that an earlier item of the same key can have had. */
const versionsPerMs = 2048;

const isLive = '(attribute_not_exists(#expires) OR #expires > :now)';

function conditionOf(ifVersion: number | 'absent'): string {
  return ifVersion === 'absent'
    ? 'attribute_not_exists(#pk) OR #expires <= :now'
    : `#version = :version AND ${isLive}`;
}

/** Writes an item: the same for every client of the table, so that they share its items. */
export function putRequest(
  content: { readonly body: string; readonly write_id: string },
  { ifVersion, ttlSeconds }: PutOptions,
  now: number,
): ItemRequest & { readonly UpdateExpression: string } {
  const expiresAtMs = ttlSeconds === undefined ? undefined : now + ttlSeconds * 1000;
  return {
    UpdateExpression: `SET #version = if_not_exists(#version, :first) + :one, #body = :body, #write = :write${
      expiresAtMs === undefined ? ' REMOVE #expires, #ttl' : ', #expires = :expires, #ttl = :ttl'
    }`,
    ...(ifVersion === 'any' ? {} : { ConditionExpression: conditionOf(ifVersion) }),
    ExpressionAttributeNames: {
      '#version': 'version',
      '#body': 'body',
      '#write': 'write_id',
      '#expires': 'expires_at_ms',
      '#ttl': ttlAttribute,
      ...(ifVersion === 'absent' ? { '#pk': 'pk' } : {}),
    },
    ExpressionAttributeValues: {
      ':first': now * versionsPerMs + randomInt(versionsPerMs / 2),
      ':one': 1,
      ':body': content.body,
      ':write': content.write_id,
      ...(ifVersion === 'any' ? {} : { ':now': now }),
      ...(typeof ifVersion === 'number' ? { ':version': ifVersion } : {}),
      ...(expiresAtMs === undefined
        ? {}
        : { ':expires': expiresAtMs, ':ttl': Math.ceil(expiresAtMs / 1000) }),
    },
  };
}

/** Deletes an item that has not expired, with `ifVersion` only that version. */
export function deleteRequest(ifVersion: number | undefined, now: number): ItemRequest {
  return {
    ConditionExpression:
      ifVersion === undefined ? `attribute_exists(#pk) AND ${isLive}` : conditionOf(ifVersion),
    ExpressionAttributeNames: {
      '#expires': 'expires_at_ms',
      ...(ifVersion === undefined ? { '#pk': 'pk' } : { '#version': 'version' }),
    },
    ExpressionAttributeValues: {
      ':now': now,
      ...(ifVersion === undefined ? {} : { ':version': ifVersion }),
    },
  };
}
