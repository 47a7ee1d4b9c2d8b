// Hosts files: any text is read line by line, and a line that is wrong takes no other away.

import { isIP } from 'node:net';
import { readHosts } from '@seamark/watcher';
import { hold, octetsOf, type Target, textOf } from '../engine/target.ts';

function run(input: Uint8Array): void {
  const text = textOf(input);
  const { lines, faults } = readHosts(text);
  const source = text.replace(/^\ufeff/, '').split('\n');
  for (const { line, address, names } of lines) {
    hold(isIP(address) !== 0, `${address} is no address`);
    hold(names.length > 0, 'an address without a name');
    hold(source[line - 1] !== undefined, `there is no line ${line}`);
    for (const name of names) {
      hold(/^[^\s#]+$/.test(name) || /[^\x20-\x7e]/.test(name), `${name} is more than a word`);
      hold(source[line - 1]?.includes(name) === true, `${name} stands elsewhere`);
    }
  }
  for (const { line, column } of faults) {
    const whole = source[line - 1];
    hold(whole !== undefined && column >= 1 && column <= whole.length, `a fault at ${column}`);
  }
  const told = [...lines, ...faults].map(({ line }) => line);
  hold(new Set(told).size === told.length, 'a line is told twice');
  const again = readHosts(
    lines.map(({ address, names }) => `${address} ${names.join(' ')}`).join('\n'),
  );
  const bare = (all: typeof lines): string =>
    JSON.stringify(all.map(({ address, names }) => ({ address, names })));
  hold(bare(again.lines) === bare(lines), 'written, it is read otherwise');
}

const SEEDS = [
  `127.0.0.1 localhost
::1 localhost ip6-localhost # comment
192.0.2.1\ta.example.com b.example.com\tc
::ffff:192.0.2.1 mapped
fe80::1%lo0 zone
# nothing
192.0.2.256 none
192.0.2.1
`,
];

export const target: Target = {
  name: 'hosts',
  shape: 'text',
  watched: ['packages/watcher/src/static/hosts/hosts-file.ts'],
  dictionary: [
    ...[
      '127.0.0.1',
      '::1',
      '::ffff:1.2.3.4',
      '::FFFF:1.2.3.4',
      'fe80::1%lo0',
      '#',
      ' ',
      '\t',
      '\r',
    ],
    ...[
      '\n',
      '\ufeff',
      '\u0000',
      '%',
      '*.a',
      'a',
      '.',
      '\u00a0',
      '\u2028',
      '0x7f.1',
      '1.2.3.4 a b c',
    ],
  ].map(octetsOf),
  seeds: SEEDS.map(octetsOf),
  takesMessages: false,
  run,
};
