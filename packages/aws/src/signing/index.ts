export { createSignedFetch, type SignedFetchOptions } from './create-signed-fetch.ts';
export { NodeSha256 } from './node-sha256.ts';
