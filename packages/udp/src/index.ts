// The door of @seamark/udp.

export { formatPeer, PEER_OCTETS } from './address.ts';
export { pinThread, usableCores } from './batched/cores.ts';
export { trimFreeMemory } from './batched/free-memory.ts';
export { openReplySender } from './batched/reply-sender.ts';
export { batchedSupport, openBatched } from './batched/socket-set.ts';
export {
  type Address,
  type BatchedSocketSet,
  type DgramSocketSet,
  type Handler,
  type ReplySender,
  type SocketSet,
  type UdpCounters,
  type UdpOptions,
  WAY_BACK_OCTETS,
} from './contract.ts';
export { openDgram } from './dgram/socket-set.ts';
export { probeAddress } from './probe.ts';
export { UdpError } from './udp-error.ts';
