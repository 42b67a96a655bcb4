import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

function run(...args: string[]) {
  const script = join(import.meta.dirname, 'write-slack-manifest.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}
const address = 'https://api.acme.example';

describe('npm run slack-manifest', () => {
  it('prints the manifest for an address, without token rotation where that is asked for', () => {
    const usual = run(address);
    expect([usual.status, usual.stderr]).toEqual([0, '']);
    expect(usual.stdout).toContain('token_rotation_enabled: true');
    const local = run(address, '--without-token-rotation');
    expect(local.stdout).toBe(
      usual.stdout.replace('token_rotation_enabled: true', 'token_rotation_enabled: false'),
    );
  });

  it('explains itself', () => {
    const { status, stdout } = run('--help');
    expect([status, stdout]).toEqual([0, expect.stringContaining('--without-token-rotation')]);
  });

  it.each([
    [[address, '--without-rotation'], "'--without-rotation'"],
    [[address, 'https://other.example'], 'https://other.example'],
    [['http://api.acme.example'], 'https://'],
    [['--without-token-rotation'], 'for which address'],
  ])('writes nothing and says what is wrong with %j', (args, words) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});
