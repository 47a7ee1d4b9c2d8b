import { createSocket } from 'node:dgram';
import { connect, isIP } from 'node:net';
import type { HttpAddress } from '../config/server-config.ts';

/** A question sent again: the first datagram after an address was learnt may be lost, and the server is close by. */
const TRIES = 2;

/** A DNS message over UDP. @returns what came in reply, or a clause that says why nothing did */
export async function exchangeUdp(
  { address, port }: HttpAddress,
  question: Uint8Array,
  patienceMs: number,
): Promise<Uint8Array | string> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | string>();
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  let sent = 0;
  const send = (): void => {
    sent += 1;
    socket.send(question);
  };
  const timer = setInterval(() => {
    if (sent < TRIES) send();
    else resolve(noReply(patienceMs));
  }, patienceMs / TRIES);
  socket.once('error', (error) => resolve(clauseOf(error)));
  // Connected, so that a port where nobody listens is told of, and nobody else is heard.
  socket.once('connect', send);
  socket.on('message', (message) => {
    if (message.length >= 2 && message[0] === question[0] && message[1] === question[1]) {
      resolve(new Uint8Array(message));
    }
  });
  socket.connect(port, address);
  try {
    return await promise;
  } finally {
    clearInterval(timer);
    socket.close();
  }
}

/** A DNS message over TCP. @returns what came in reply, or a clause that says why nothing did */
export async function exchangeTcp(
  { address, port }: HttpAddress,
  question: Uint8Array,
  patienceMs: number,
): Promise<Uint8Array | string> {
  const message = new Uint8Array(2 + question.length);
  new DataView(message.buffer).setUint16(0, question.length);
  message.set(question, 2);
  const { promise, resolve } = Promise.withResolvers<Uint8Array | string>();
  const socket = connect({ host: address, port });
  socket.setTimeout(patienceMs, () => resolve(noReply(patienceMs)));
  socket.once('error', (error) => resolve(clauseOf(error)));
  socket.once('close', () => resolve('the connection was closed without a reply'));
  socket.once('connect', () => socket.write(message));
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2) return;
    const end = 2 + received.readUInt16BE(0);
    if (received.length >= end) resolve(new Uint8Array(received.subarray(2, end)));
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}

function noReply(patienceMs: number): string {
  return `no reply within ${patienceMs / 1000} s`;
}

function clauseOf(error: Error): string {
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message;
}
