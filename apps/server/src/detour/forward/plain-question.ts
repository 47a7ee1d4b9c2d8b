import { CLASS, FLAG, HEADER, parseName } from '@seamark/protocol';

/** A query of one question, without EDNS. @param name in presentation format */
export function composePlainQuestion(
  name: string,
  type: number,
  recursion: boolean,
  id: number,
): Uint8Array {
  const wire = parseName(name);
  const message = new Uint8Array(HEADER.LENGTH + wire.length + 4);
  const view = new DataView(message.buffer);
  view.setUint16(HEADER.ID, id);
  view.setUint16(HEADER.FLAGS, recursion ? FLAG.RD : 0);
  view.setUint16(HEADER.QDCOUNT, 1);
  message.set(wire, HEADER.LENGTH);
  view.setUint16(message.length - 4, type);
  view.setUint16(message.length - 2, CLASS.IN);
  return message;
}
