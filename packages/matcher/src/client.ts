/** Tells who asks, where the answer depends on it. */
export interface Client {
  /**
   * Valid for the message in hand: 20 octets, the family (4 or 6) first, from octet 4 on the address, an
   * IPv4 one as ::ffff:a.b.c.d (`SocketSet.peer` of @seamark/udp).
   */
  peer(): Uint8Array;
  /**
   * How long the connection that the message came on may be idle at present, in units of 100 ms; absent, or negative,
   * where there is none, or none whose time is told by DNS.
   */
  idleTimeout?(): number;
}
