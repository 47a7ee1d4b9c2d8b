// A DNS client for tests that speaks octets: any query can be put together by hand, and replies
// are parsed strictly. It shares no code with the server, so that no mistake is made twice.

export * from './codes.ts';
export * from './format.ts';
export * from './https.ts';
export * from './message.ts';
export * from './names.ts';
export * from './query.ts';
export * from './rdata.ts';
export { MalformedMessage } from './reader.ts';
export * from './tcp.ts';
export * from './tls.ts';
export * from './udp.ts';
