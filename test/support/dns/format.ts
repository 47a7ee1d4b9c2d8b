// Messages in the manner of `dig`, for failure messages and for comparing sections as text.

import { className, opcodeName, rcodeName, typeName } from './codes.ts';
import type { Message, Question, ResourceRecord } from './message.ts';
import { parseMessage } from './message.ts';
import { presentRdata } from './rdata.ts';

/** `www.example.com. 30 IN A 192.0.2.1` */
export const presentRecord = ({ name, ttl, class: rrclass, type, rdata }: ResourceRecord): string =>
  `${name} ${ttl} ${className(rrclass)} ${typeName(type)} ${presentRdata(rdata)}`;

/** `www.example.com. IN A` */
export const presentQuestion = ({ name, class: qclass, type }: Question): string =>
  `${name} ${className(qclass)} ${typeName(type)}`;

/** The whole message as `dig` would print it, section by section; empty sections are left out. */
export const presentMessage = (message: Message): string => {
  const { id, opcode, rcode, flags, edns, size } = message;
  const lines = [
    `;; opcode ${opcodeName(opcode)}, status ${rcodeName(rcode)}, id ${id}, flags ${flags}, ${size} octets`,
  ];
  if (edns !== undefined) {
    const bits = `${edns.dnssecOk ? ' do' : ''}${edns.flags === 0 ? '' : ` 0x${edns.flags.toString(16)}`}`;
    lines.push(`;; OPT version ${edns.version}, flags${bits}, udp ${edns.udpSize}`);
    for (const { code, data } of edns.options) {
      lines.push(`;; OPT option ${code} ${Buffer.from(data).toString('hex')}`);
    }
  }
  lines.push(...message.question.map((asked) => `;; QUESTION ${presentQuestion(asked)}`));
  for (const section of ['answer', 'authority', 'additional'] as const) {
    if (message[section].length > 0) lines.push(`;; ${section.toUpperCase()}`);
    lines.push(...message[section].map(presentRecord));
  }
  return lines.join('\n');
};

/** Octets as hexadecimal, and as a message where they are one. Never throws. */
export const presentOctets = (octets: Uint8Array): string => {
  const hex = Buffer.from(octets).toString('hex');
  try {
    return `${presentMessage(parseMessage(octets))}\n;; octets ${hex}`;
  } catch {
    return `;; octets ${hex}`;
  }
};
