// Cases about opcodes, for the RFCs that each define one.

import type { Case } from './case.ts';
import { fail, parseReply } from './reply.ts';

/** `make` composes a message whose opcode is answered with NOTIMP, the same opcode, and no records. */
export const isNotImplemented = (
  section: string,
  what: string,
  make: () => Buffer,
  knownDifferences: NonNullable<Case['knownDifferences']>,
): Case => ({
  section,
  title: `${what} is NOTIMP`,
  knownDifferences,
  run: async (probe) => {
    for (const transport of ['udp', 'tcp'] as const) {
      const sent = make();
      const got = await probe.ask(transport, sent);
      const reply = parseReply(sent, got);
      if (reply.rcode !== 4) fail('not NOTIMP', sent, got);
      if (reply.id !== sent.readUInt16BE(0)) fail('the ID is another', sent, got);
      if (reply.opcode !== ((sent.readUInt8(2) >> 3) & 0xf)) fail('another opcode', sent, got);
      if (reply.flags !== 'qr') fail('other flags than QR', sent, got);
      const records = [...reply.answer, ...reply.authority, ...reply.additional];
      if (records.length > 0) fail('records', sent, got);
    }
  },
});
