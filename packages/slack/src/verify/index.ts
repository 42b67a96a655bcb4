export { checkSigningSecrets } from './check-signing-secrets.ts';
export {
  type SignatureVerdict,
  type SignedRequest,
  signatureOf,
  verifySignature,
} from './verify-signature.ts';
