// Responses to DNS over HTTPS (RFC 8484 4.2), for the cases that look at more of them than the message.

import { getOf, type HttpRequest, type HttpResponse, postOf } from '../../support/dns/index.ts';
import type { Probe } from './probe.ts';

/** The two requests that ask the same. */
export const BOTH: readonly (readonly ['GET' | 'POST', (message: Uint8Array) => HttpRequest])[] = [
  ['GET', getOf],
  ['POST', postOf],
];

export const respond = async (probe: Probe, request: HttpRequest): Promise<HttpResponse> => {
  await using connection = await probe.https();
  return await connection.request(request);
};

/** The message of a response of status 200; throws where it is another. */
export const messageOf = ({ status, headers, body }: HttpResponse): Buffer => {
  const type = headers['content-type'];
  if (status !== 200) throw new Error(`status ${status}: ${body}`);
  if (type !== 'application/dns-message') throw new Error(`content-type: ${type}`);
  return body;
};
