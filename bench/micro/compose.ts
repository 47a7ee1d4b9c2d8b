// The header and the OPT record of a reply. `node --conditions=seamark-source bench/micro/compose.ts`

import { appendOption, composeError, composeOpt, EDE, FLAG } from '@seamark/protocol';
import { type Contender, compare } from './runner.ts';

const memory = new Uint8Array(4096);
const view = new DataView(memory.buffer);
const TEMPLATE = Uint8Array.of(0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0);

function composing(name: string, compose: (at: number, i: number) => number): Contender {
  return {
    name,
    run(times) {
      let total = 0;
      for (let i = 0; i < times; i++) {
        const at = (i & 31) * 64;
        total += compose(at, i) + (memory[at + 3] as number);
      }
      return total | 0;
    },
  };
}

/** 1232 octets, and DO every second time. */
const ours = (at: number, i: number): number =>
  composeOpt(memory, view, at, 1232, i & 3, (i & 1) !== 0);
const NOT_READY = composeError(EDE.NOT_READY, 'zone not read yet');

compare('compose an OPT record', [
  composing('composeOpt', ours),
  composing('composeOpt with an Extended DNS Error', (at, i) =>
    appendOption(memory, view, at, ours(at, i), NOT_READY.option),
  ),
  composing('loser: a template by set(), patched', (at, i) => {
    memory.set(TEMPLATE, at);
    memory[at + 5] = (i & 3) >> 4;
    if ((i & 1) === 0) memory[at + 7] = 0;
    return at + TEMPLATE.length;
  }),
]);

const flagsOf = (i: number): number => FLAG.QR | (i & FLAG.RD) | FLAG.AA | (i & 3);

compare('write the header (the end of Responder.finish)', [
  composing('two fields at a time', (at, i) => {
    view.setInt32(at + 2, (flagsOf(i) << 16) | 1);
    view.setInt32(at + 6, ((i & 7) << 16) | (i & 1));
    view.setUint16(at + 10, i & 1);
    return at;
  }),
  composing('loser: a field at a time (in the server V8 called one of them)', (at, i) => {
    view.setUint16(at + 2, flagsOf(i));
    view.setUint16(at + 4, 1);
    view.setUint16(at + 6, i & 7);
    view.setUint16(at + 8, i & 1);
    view.setUint16(at + 10, i & 1);
    return at;
  }),
  composing('loser: octet by octet', (at, i) => {
    const flags = flagsOf(i);
    memory[at + 2] = flags >> 8;
    memory[at + 3] = flags;
    memory[at + 4] = 0;
    memory[at + 5] = 1;
    memory[at + 6] = 0;
    memory[at + 7] = i & 7;
    memory[at + 8] = 0;
    memory[at + 9] = i & 1;
    memory[at + 10] = 0;
    memory[at + 11] = i & 1;
    return at;
  }),
]);
