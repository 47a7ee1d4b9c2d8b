import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from './load.ts';

const directory = mkdtempSync(join(tmpdir(), 'seamark-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('reads a file, its imports and the environment', () => {
  writeFileSync(join(directory, 'Corefile'), '{$ZONE} {\n import *.conf\n}\n');
  writeFileSync(join(directory, 'gateway.conf'), 'k8s_gateway {\n manifests here\n}\n');
  const config = loadConfig(join(directory, 'Corefile'), { environment: { ZONE: 'a.test' } });
  expect(config.gateways).toMatchObject([
    {
      zones: ['a.test.'],
      sources: [{ kind: 'manifests', directories: [join(directory, 'here')] }],
    },
  ]);
});

it('says which file it cannot read, and why', () => {
  const file = join(directory, 'absent');
  expect(() => loadConfig(file)).toThrow(
    `can't read the configuration ${file}: there is no such file; name another with --config FILE`,
  );
  writeFileSync(join(directory, 'latin1'), Buffer.from([0x23, 0xe4]));
  expect(() => loadConfig(join(directory, 'latin1'))).toThrow('latin1: it is not UTF-8');
  expect(() => loadConfig(directory)).toThrow('it is a directory');
});
