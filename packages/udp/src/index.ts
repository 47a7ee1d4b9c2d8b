// The door of @seamark/udp.

export { formatPeer, PEER_OCTETS } from './address.ts';
export { pinThread, usableCores } from './batched/cores.ts';
export { trimFreeMemory } from './batched/free-memory.ts';
export { batchedSupport, openBatched } from './batched/socket-set.ts';
export type {
  Address,
  BatchedSocketSet,
  DgramSocketSet,
  Handler,
  SocketSet,
  UdpCounters,
  UdpOptions,
} from './contract.ts';
export { openDgram } from './dgram/socket-set.ts';
export { probeAddress } from './probe.ts';
export { UdpError } from './udp-error.ts';
