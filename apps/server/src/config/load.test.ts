import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadConfig, readConfig } from './load.ts';

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

it('remembers what it was read from, whatever came of it', () => {
  const file = join(directory, 'Corefile');
  const part = join(directory, 'gateway.conf');
  const environment = { ZONE: 'a.test' };
  const read = (text: string) => {
    writeFileSync(part, text);
    return readConfig(file, { environment });
  };
  const whole = read('k8s_gateway {\n}\n');
  expect(whole.result).toMatchObject({ config: { gateways: [{ zones: ['a.test.'] }] } });
  expect([...whole.files]).toEqual([
    [file, '{$ZONE} {\n import *.conf\n}\n'],
    [part, 'k8s_gateway {\n}\n'],
  ]);
  const broken = read('k8s_gatway\n');
  expect(broken.result).toMatchObject({ error: { code: 'COREFILE_INVALID' } });
  expect(broken.files.get(part)).toBe('k8s_gatway\n');
  const absent = readConfig(join(directory, 'absent'));
  expect(absent.result).toMatchObject({ error: { code: 'CONFIG_UNREADABLE' } });
  expect([...absent.files]).toEqual([[join(directory, 'absent'), undefined]]);
});
