import type { Shim } from '../front-request.ts';

/**
 * Two settings of a bucket that moto gets wrong are kept here as they were put. It forgets `NewerNoncurrentVersions` of a life cycle
 * rule, so that the provider waits in vain for what it has put. And it reads a bucket policy without its conditions: "deny what is
 * not TLS" then denies everything.
 */
export function keepBucketSettings(): Shim {
  const put = new Map<string, Buffer>();
  return async ({ method, host, path, body }) => {
    const setting = /[?&](lifecycle|policy)(=|&|$)/.exec(path)?.[1];
    if (setting === undefined) return undefined;
    const key = `${setting} ${host}${path.split('?')[0]}`;
    // moto keeps the life cycle too, so that it answers as a bucket does that has one or none.
    const isOurs = setting === 'policy';
    if (method === 'PUT') {
      put.set(key, body);
      return isOurs ? { status: 204 } : undefined;
    }
    if (method === 'DELETE') {
      put.delete(key);
      return isOurs ? { status: 204 } : undefined;
    }
    const kept = put.get(key);
    if (method !== 'GET' || kept === undefined) return undefined;
    return {
      status: 200,
      headers: {
        'content-type': isOurs ? 'application/json' : 'application/xml',
        'x-amz-transition-default-minimum-object-size': 'all_storage_classes_128K',
      },
      body: kept,
    };
  };
}
