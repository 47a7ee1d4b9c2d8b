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
      for (const body of cutter.cut(octets.subarray(start, start + size)))
        frames.push(String(body));
    }
    expect(frames).toEqual(bodies);
  }
});

test('a frame of more than 32 MiB is refused before it has come', () => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(32 * 1024 * 1024);
  expect(() => [...new FrameCutter().cut(head)]).toThrow(ProtocolError);
  head.writeUInt32BE(0xffffffff);
  expect(() => [...new FrameCutter().cut(head)]).toThrow(ProtocolError);
});
