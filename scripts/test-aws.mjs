// The deployment test needs the infrastructure package; until it is here, this says so in one line instead of passing.
import { spawnSync } from 'node:child_process';

const tools = [
  {
    name: 'terraform',
    probe: ['terraform', ['version']],
    get: 'https://developer.hashicorp.com/terraform/install',
  },
  { name: 'moto', probe: ['python3', ['-c', 'import moto.server']], get: 'pip install "moto[server]"' },
];

process.stderr.write(
  'The emulated AWS deployment is not part of this version yet: there is nothing to deploy.\n',
);
for (const { name, probe, get } of tools) {
  const found = spawnSync(probe[0], probe[1], { stdio: 'ignore' }).status === 0;
  process.stderr.write(`  ${name}: ${found ? 'found' : `missing (${get})`}\n`);
}
process.exit(3);
