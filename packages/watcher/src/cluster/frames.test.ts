import { expect, test } from 'vitest';
import { frame } from '../../test-support/kube-messages.ts';
import { ProtocolError } from './failure.ts';
import { FrameCutter } from './frames.ts';

const bodies = ['one', '', 'three of them', 'x'.repeat(300)];

test('frames are the same however the octets are cut, and half a frame is none', () => {
  const whole = bodies.map((body) => frame(Buffer.from(body)));
  const octets = Buffer.concat([...whole, frame(Buffer.from('cut off')).subarray(0, 9)]);
  for (let size = 1; size <= octets.length; size++) {
    const cutter = new FrameCutter();
    const frames: string[] = [];
    for (let start = 0; start < octets.length; start += size) {
      cutter.push(octets.subarray(start, start + size));
      while (cutter.next()) frames.push(String(cutter.octets.subarray(cutter.start, cutter.end)));
    }
    expect(frames).toEqual(bodies);
  }
});

test('a frame of more than 32 MiB is refused before it has come', () => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(32 * 1024 * 1024);
  const cut = (): void => {
    const cutter = new FrameCutter();
    cutter.push(head);
    cutter.next();
  };
  expect(cut).toThrow(ProtocolError);
  head.writeUInt32BE(0xffffffff);
  expect(cut).toThrow(ProtocolError);
});
