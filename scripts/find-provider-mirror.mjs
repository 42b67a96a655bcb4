import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Terraform looks by itself, and where machines without a registry keep what they have. */
const roots = [
  join(homedir(), '.terraform.d/plugins'),
  join(homedir(), '.local/share/terraform/plugins'),
  '/usr/local/share/terraform/plugins',
  '/usr/share/terraform/plugins',
  ...foldersIn('/opt'),
  ...foldersIn('/usr/local/share'),
];

/** Terraform's and OpenTofu's, which hold the same providers. */
const registries = ['registry.terraform.io', 'registry.opentofu.org'];

/** A folder that holds the AWS provider in the layout of a mirror; nothing where Terraform has to ask its registry. */
export function findProviderMirror(wanted = process.env.TF_PROVIDER_MIRROR) {
  if (wanted !== undefined && wanted !== '') return wanted;
  return roots.find((root) => registries.some((host) => existsSync(join(root, host, 'hashicorp/aws'))));
}

function foldersIn(root) {
  if (!existsSync(root)) return [];
  return readdirSync(root).map((name) => join(root, name));
}
