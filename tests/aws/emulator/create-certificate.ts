import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** PEM file that clients are told to trust. */
  readonly path: string;
}

/** One certificate for every host that the system under test calls, trusted by nobody but the processes of this test. */
export async function createCertificate(folder: string, hosts: readonly string[]): Promise<Certificate> {
  const keyPath = join(folder, 'emulated-aws.key.pem');
  const path = join(folder, 'emulated-aws.cert.pem');
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-keyout', keyPath, '-out', path, '-subj', '/CN=emulated-aws'],
    ...['-addext', `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`],
  ]);
  return { key: await readFile(keyPath, 'utf8'), cert: await readFile(path, 'utf8'), path };
}
