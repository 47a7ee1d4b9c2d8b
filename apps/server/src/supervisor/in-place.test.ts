import { expect, test } from 'vitest';
import { compile } from '../../test-support/compiling.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { obstacles } from './in-place.ts';

const listening = (...addresses: string[]): ServerConfig =>
  compile(`example.com {\n bind ${addresses.join(' ')}\n k8s_gateway\n}\n`);

const plain = listening('127.0.0.1');

test('a 0.0.0.0 that comes or goes beside a :: that stays is refused by name', () => {
  const refused = (old: ServerConfig, next: ServerConfig) =>
    obstacles(old, old, next, false).refused;
  const [one, both, other] = [listening('::'), listening('::', '0.0.0.0'), listening('0.0.0.0')];
  expect(refused(one, both)).toEqual(['0.0.0.0:53 comes or goes beside [::]:53, which stays']);
  expect(refused(both, one)).toHaveLength(1);
  expect(refused(other, both)).toEqual([]);
  expect(refused(both, other)).toEqual([]);
  expect(refused(both, both)).toEqual([]);
});

test('what a reload does not take up is named as long as it is not as it was at the start', () => {
  const other: ServerConfig = Object.assign({}, plain, { forward: 'there' });
  const ready: ServerConfig = { ...plain, ready: [{ address: '::', port: 8181 }] };
  expect(obstacles(plain, plain, other, false).needsRestart).toEqual(['forward']);
  expect(obstacles(plain, other, ready, false).needsRestart).toEqual([]);
  expect(obstacles(other, plain, plain, false).needsRestart).toEqual(['forward']);
  expect(obstacles(plain, plain, plain, true).needsRestart).toEqual(['workers']);
});
