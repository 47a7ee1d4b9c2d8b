// Numbers of the Linux ABI, the same on x64 and arm64 (asm-generic). Sources: socket(7), ip(7), ipv6(7).

export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM = 2;
export const O_CLOEXEC = 0o2000000;
/** As an argument of socket(2), the same bit as {@link O_CLOEXEC}. */
export const SOCK_CLOEXEC: number = O_CLOEXEC;

export const SOL_SOCKET = 1;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_REUSEPORT = 15;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;
export const SO_INCOMING_CPU = 49;

export const IPPROTO_IP = 0;
export const IP_PKTINFO = 8;
export const IP_MTU_DISCOVER = 10;

export const IPPROTO_IPV6 = 41;
export const IPV6_MTU_DISCOVER = 23;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVPKTINFO = 49;
/** Both families: set DF, fragment nothing, and do not believe ICMP about the path MTU. */
export const PMTUDISC_PROBE = 3;
/** Both families: do not set DF, and do not believe ICMP about the path MTU. */
export const PMTUDISC_OMIT = 5;

export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_WAITFORONE = 0x10000;

export const POLLIN = 1;
