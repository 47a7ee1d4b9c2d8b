// What outlives a reload: forwarders whose directive says the same, and what they have counted.

import { afterEach, describe, expect, it } from 'vitest';
import { compile } from '../../../test-support/compiling.ts';
import type { ForwardConfig } from '../../config/server-config.ts';
import { ForwarderShelf } from './forwarder-shelf.ts';

const forwardOf = (line: string, before = ''): ForwardConfig => {
  const [config] = compile(`. {\n${before}${line}\n}\n`).forwards;
  if (config === undefined) throw new Error('no forward');
  return config;
};

const LINE = 'forward . 192.0.2.1 {\n max_fails 3\n}';

describe('a shelf of forwarders', () => {
  const shelf = new ForwarderShelf({ down() {}, up() {}, lack() {} });
  const taken: ReturnType<ForwarderShelf['take']>[] = [];
  const take = (config: ForwardConfig) => {
    const forwarder = shelf.take(config);
    taken.push(forwarder);
    return forwarder;
  };
  const release = (forwarder: ReturnType<ForwarderShelf['take']>): void => {
    taken.splice(taken.indexOf(forwarder), 1);
    shelf.release(forwarder);
  };
  afterEach(() => {
    for (const forwarder of [...taken]) release(forwarder);
  });

  it('gives the same for the same, wherever it stands', () => {
    const one = take(forwardOf(LINE));
    expect(take(forwardOf(LINE, '# a line more\n'))).toBe(one);
    expect(take(forwardOf(LINE.replace('3', '4')))).not.toBe(one);
    expect(take(forwardOf(LINE.replace('192.0.2.1', '192.0.2.2')))).not.toBe(one);
  });

  it('closes it when the last one lets go of it', () => {
    const one = take(forwardOf(LINE));
    take(forwardOf(LINE));
    release(one);
    expect(take(forwardOf(LINE))).toBe(one);
    release(one);
    release(one);
    expect(take(forwardOf(LINE))).not.toBe(one);
  });

  it('counts on, each once, and what has been closed as well', () => {
    const before = shelf.totals()['forward requests 192.0.2.1:53'] ?? 0;
    const one = take(forwardOf(LINE));
    take(forwardOf(LINE));
    const [upstream] = one.upstreams;
    if (upstream === undefined) throw new Error('no upstream');
    upstream.counters.requests += 5;
    const counted = () => (shelf.totals()['forward requests 192.0.2.1:53'] ?? 0) - before;
    expect(counted()).toBe(5);
    release(one);
    release(one);
    expect(counted()).toBe(5);
    const next = take(forwardOf(LINE));
    (next.upstreams[0] ?? upstream).counters.requests += 1;
    expect(counted()).toBe(6);
  });
});
