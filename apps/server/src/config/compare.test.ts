import { describe, expect, it } from 'vitest';
import { compile } from '../../test-support/compiling.ts';
import { compareConfigs, isEmpty } from './compare.ts';
import type { ServerConfig } from './server-config.ts';

const block = (key: string, gateway: string, more = ''): string =>
  `${key} {\n bind 127.0.0.1\n${more}\n k8s_gateway {\n${gateway}\n }\n}\n`;

const COM = block('example.com:1053', 'ttl 60');
const ORG = block('example.org:1054', 'ttl 60');

const between = (old: string, next: string) => compareConfigs(compile(old), compile(next));

it('finds nothing where only places, comments and order are others', () => {
  const change = between(COM + ORG, `# a comment\n\n${ORG}${COM}`);
  expect(isEmpty(change)).toBe(true);
  expect(change.views.kept).toEqual([1, 0]);
});

describe('a view', () => {
  it('is another when an option of a gateway is, and the others are kept', () => {
    const change = between(COM + ORG, block('example.com:1053', 'ttl 61') + ORG);
    expect(change.views).toEqual({ kept: [undefined, 1], removed: [0] });
    expect(change.listeners).toEqual({ added: [], removed: [], changed: [0] });
    expect(change.process).toEqual([]);
  });

  it('is another when it has one zone more', () => {
    const change = between(COM, block('example.com:1053 example.net:1053', 'ttl 60'));
    expect(change.views).toEqual({ kept: [undefined], removed: [0] });
    expect(change.listeners.changed).toEqual([0]);
  });

  it('stays when another listener shows it', () => {
    const change = between(COM, COM.replace('127.0.0.1', '127.0.0.1 ::1'));
    expect(change.views).toEqual({ kept: [0], removed: [] });
    expect(change.listeners).toEqual({ added: [1], removed: [], changed: [] });
  });

  it('stays with its listener where two mean the same', () => {
    const twins = (ports: readonly number[]): string =>
      ports.map((port) => block(`example.com:${port}`, 'ttl 60')).join('');
    const change = between(twins([1053, 1054]), twins([1055, 1054]));
    expect(change.views).toEqual({ kept: [0, 1], removed: [] });
    expect(change.listeners).toEqual({ added: [0], removed: [0], changed: [] });
  });

  // Whoever adds a setting has nothing to do here.
  it('is another by members that nobody here has heard of', () => {
    const old = compile(COM);
    const withFile = (text: string): ServerConfig =>
      Object.assign({}, old, { views: [{ gateways: [0], files: [0] }], files: [{ text }] });
    expect(compareConfigs(withFile('a'), withFile('a')).views.kept).toEqual([0]);
    expect(compareConfigs(withFile('a'), withFile('b')).views.kept).toEqual([undefined]);
    expect(compareConfigs(withFile('a'), withFile('b')).process).toEqual([]);
  });
});

describe('a listener', () => {
  it('is another when one of its settings is', () => {
    const change = between(COM + ORG, COM + block('example.org:1054', 'ttl 60', ' log'));
    expect(change.listeners).toEqual({ added: [], removed: [], changed: [1] });
    expect(change.views).toEqual({ kept: [0, 1], removed: [] });
  });

  it('is another by members that nobody here has heard of', () => {
    const old = compile(COM);
    const listeners = old.listeners.map((listener) => ({ ...listener, nsid: 'a' }));
    expect(compareConfigs(old, { ...old, listeners }).listeners.changed).toEqual([0]);
  });

  it('comes and goes with its port', () => {
    const change = between(COM, ORG);
    expect(change.listeners).toEqual({ added: [0], removed: [0], changed: [] });
    expect(change.views).toEqual({ kept: [undefined], removed: [0] });
  });
});

it('names what concerns the whole process, whether it has heard of it or not', () => {
  const old = compile(COM.replace('{', '{\nready :8181\nhealth :8080'));
  const next = compile(COM.replace('{', '{\nready :8182\nworkers 3\nreload 10s'));
  const more: ServerConfig = Object.assign({}, next, { forward: { to: '192.0.2.53' } });
  expect([...compareConfigs(old, more).process].sort()).toEqual([
    'forward',
    'health',
    'ready',
    'reload',
    'workers',
  ]);
});
